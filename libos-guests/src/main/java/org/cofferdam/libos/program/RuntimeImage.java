package org.cofferdam.libos.program;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.cofferdam.libos.files.HostFiles;

/** The file of the runtime's own classes, {@code lib/modules}. */
public final class RuntimeImage {
    private RuntimeImage() {}

    /**
     * The descriptor on which the JVM holds it. The JVM has the file mapped, and yet reads each class that it loads from
     * there by {@code pread64} on this descriptor, unless jlink compressed it ({@code --compress}): it must stay open,
     * and a filter must allow that call on it.
     */
    public static OptionalInt descriptor() throws IOException {
        FileSystem host = HostFiles.system();
        Path modules = host.getPath(System.getProperty("java.home"), "lib", "modules").toRealPath();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(host.getPath("/proc/self/fd"))) {
            for (Path each : open) {
                if (leadsTo(each, modules)) {
                    return OptionalInt.of(Integer.parseInt(each.getFileName().toString()));
                }
            }
        }
        return OptionalInt.empty();
    }

    private static boolean leadsTo(Path descriptor, Path file) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (NoSuchFileException closed) { // the listing's own
            return false;
        }
    }
}
