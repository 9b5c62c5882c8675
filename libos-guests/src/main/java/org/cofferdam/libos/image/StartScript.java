package org.cofferdam.libos.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** {@code start}, a script in the image that runs it with nothing but a shell: {@code start --attach SOCKET --ip …}. */
final class StartScript {
    private static final String TEXT =
            """
            #!/bin/sh
            # Runs this image as a guest: start --attach SOCKET --ip ADDRESS/PREFIX [OPTIONS] [-- ARGS]
            set -eu

            self=$0
            if [ -L "$self" ]; then
                self=$(readlink -f "$self")
            fi
            home=$(cd -P -- "${self%/*}" && pwd)

            classpath=
            for jar in @LIBRARY@; do
                classpath=$classpath${classpath:+:}$home/$jar
            done

            exec "$home/runtime/bin/java" -Xlog:disable -XX:-UsePerfData -XX:+UseSerialGC -Xmx64m -Xss512k \\
                -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \\
                -Djnr.ffi.x86asm.enabled=false -Dcofferdam.launcher="$home/@LAUNCHER@" \\
                -Djffi.boot.library.path="$home/@NATIVES@" \\
                -cp "$classpath" org.cofferdam.libos.command.LibosCommand run --image "$home" "$@"
            """;

    private StartScript() {}

    static void write(Path image, List<String> library) throws IOException {
        String quoted = String.join(" ", library.stream().map(StartScript::quoted).toList());
        Path script = image.resolve("start");
        Files.writeString(
                script,
                TEXT.replace("@LIBRARY@", quoted)
                        .replace("@LAUNCHER@", PackedImage.LAUNCHER)
                        .replace("@NATIVES@", PackedImage.NATIVES));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
