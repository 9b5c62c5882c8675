package org.cofferdam.libos.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cofferdam.libos.image.PackedImage;

/**
 * What a guest is made of, besides its program: this process's own, or an image's.
 *
 * @param runtime the home of its JDK
 * @param library the library OS's class path
 * @param natives the folder of jffi's native library, so that it need not be unpacked into a temporary one
 * @param javaBase the patch that lets java.io use the guest's files, for this very runtime
 * @param launcher the launcher; empty if it is not built
 */
record Installation(
        Path runtime,
        String library,
        Optional<Path> natives,
        Optional<Path> javaBase,
        Optional<Path> launcher) {
    /** The launcher's path; ops/libos sets it. */
    private static final String LAUNCHER_PROPERTY = "cofferdam.launcher";

    /** jffi's own property. */
    static final String NATIVE_PROPERTY = "jffi.boot.library.path";

    /** What every JVM opens when it starts. */
    private static final List<String> READABLE =
            List.of(
                    "/lib",
                    "/lib64",
                    "/usr/lib",
                    "/etc/ld.so.cache",
                    "/etc/ld.so.conf",
                    "/etc/ld.so.conf.d",
                    "/etc/localtime",
                    "/etc/timezone",
                    "/usr/share/zoneinfo",
                    "/proc",
                    "/sys/devices/system/cpu",
                    "/sys/devices/system/node",
                    "/sys/fs/cgroup",
                    "/sys/kernel/mm",
                    "/dev/random",
                    "/dev/urandom",
                    "/dev/zero");

    /** That of this process. */
    static Installation own() {
        return new Installation(
                Path.of(String.valueOf(System.getProperty("java.home"))),
                String.valueOf(System.getProperty("java.class.path")),
                Optional.ofNullable(System.getProperty(NATIVE_PROPERTY)).map(Path::of),
                Optional.empty(),
                Optional.ofNullable(System.getProperty(LAUNCHER_PROPERTY))
                        .map(Path::of)
                        .filter(Files::isExecutable));
    }

    /** That of an image; its launcher may be this process's own. */
    static Installation of(PackedImage image) {
        return new Installation(
                image.runtime(),
                image.library().stream().map(Path::toString).collect(Collectors.joining(":")),
                image.natives(),
                image.javaBase(),
                image.launcher().or(() -> own().launcher()));
    }

    /** What the JVM must be able to read until its filter is in place. */
    Set<String> readable() throws IOException {
        Set<String> paths = new LinkedHashSet<>(READABLE);
        paths.add(runtime.toString());
        paths.addAll(linkedFiles());
        addClassPath(paths, library);
        natives.map(Path::toString).ifPresent(paths::add);
        javaBase.map(Path::toString).ifPresent(paths::add);
        return paths;
    }

    /** What the runtime's own files lead to: distributions keep its certificates and settings elsewhere. */
    private List<String> linkedFiles() throws IOException {
        List<String> targets = new ArrayList<>();
        for (String folder : List.of("conf", "lib/security")) {
            Path place = runtime.resolve(folder);
            if (!Files.isDirectory(place)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(place)) {
                for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                    targets.add(link.toRealPath().toString());
                }
            }
        }
        return targets;
    }

    /** Adds the places of a class path, of {@code lib/*} the folder. */
    static void addClassPath(Set<String> paths, String classPath) {
        for (String entry : classPath.split(":", -1)) {
            String plain = entry.endsWith("/*") ? entry.substring(0, entry.length() - 1) : entry;
            paths.add(Path.of(plain).toAbsolutePath().toString());
        }
    }
}
