package org.cofferdam.libos.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.cofferdam.libos.files.host.Grant;
import org.cofferdam.libos.files.memory.Pages;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM's command line says of the guest's files; a launcher may say it through {@link GuestFiles} instead:
 *
 * <pre>
 *  cofferdam.libos.files.memory     how much writable files may hold together, such as 64m (the default) or 2g
 *  cofferdam.libos.files.image      a folder of the host that is read at start-up and seen at /
 *  cofferdam.libos.files.writable   further places in memory that can be written, with commas between
 *  cofferdam.libos.files.grants     PLACE=ro:FOLDER or PLACE=rw:FOLDER, with commas between
 * </pre>
 */
final class FileSettings {
    private static final String PREFIX = "cofferdam.libos.files.";
    private static final String USUAL_MEMORY = "64m";

    private final Pages pages;
    private final @Nullable String image;
    private final List<String> writable;
    private final List<String> grants;

    private FileSettings(
            Pages pages, @Nullable String image, List<String> writable, List<String> grants) {
        this.pages = pages;
        this.image = image;
        this.writable = writable;
        this.grants = grants;
    }

    static FileSettings ofTheProcess() {
        List<String> writable = new ArrayList<>();
        writable.add(System.getProperty("java.io.tmpdir", "/tmp"));
        writable.add(System.getProperty("user.dir", "/"));
        writable.addAll(parts("writable"));
        writable.removeIf(place -> place.equals("/"));
        return new FileSettings(
                new Pages(bytes(System.getProperty(PREFIX + "memory", USUAL_MEMORY))),
                System.getProperty(PREFIX + "image"),
                writable,
                parts("grants"));
    }

    /** Nothing but memory. */
    static FileSettings ofMemory(String memory) {
        return new FileSettings(new Pages(bytes(memory)), null, List.of(), List.of());
    }

    private static List<String> parts(String name) {
        String value = System.getProperty(PREFIX + name, "");
        return value.isEmpty() ? List.of() : List.of(value.split(",", -1));
    }

    /** Reads a number of bytes with k, m or g behind it. */
    static long bytes(String text) {
        if (!text.matches("[0-9]{1,12}[kKmMgG]?")) {
            throw new IllegalArgumentException(
                    PREFIX + "memory is \"" + text + "\"; it should be like 64m or 2g");
        }
        int shift =
                switch (text.toLowerCase(Locale.ROOT).charAt(text.length() - 1)) {
                    case 'k' -> 10;
                    case 'm' -> 20;
                    case 'g' -> 30;
                    default -> 0;
                };
        return Long.parseLong(text.replaceAll("[a-zA-Z]", "")) << shift;
    }

    Pages pages() {
        return pages;
    }

    /** The JDK reads its own settings through its default file system. */
    private static void showRuntime(GuestFiles files) throws IOException {
        String home = System.getProperty("java.home");
        for (String each : List.of("conf", "lib/security", "lib/jfr")) {
            Path folder = HostFiles.host().getPath(home, each);
            if (Files.isDirectory(folder)) {
                files.showFolder(folder, home + "/" + each);
            }
        }
        Path modules = HostFiles.host().getPath(home, "lib/modules");
        if (Files.isRegularFile(modules)) {
            files.show(List.of(HeldFolder.mapFile(modules, home + "/lib/modules")));
        }
        for (String each : List.of("release", "lib/tzdb.dat")) {
            Path file = HostFiles.host().getPath(home, each);
            if (Files.isRegularFile(file)) {
                files.show(List.of(HeldFolder.readFile(file, home + "/" + each)));
            }
        }
    }

    /** Fills the guest's files, in the JVM's start-up: what is wrong ends it with the sentence. */
    void apply(GuestFiles files) {
        try {
            showRuntime(files);
            if (image != null) {
                files.showFolder(HostFiles.host().getPath(image), "/");
            }
            for (String place : writable) {
                files.makeWritable(place);
            }
            for (String each : grants) {
                int equals = each.indexOf('=');
                String how = equals < 0 ? "" : each.substring(equals + 1);
                if (!how.startsWith("ro:") && !how.startsWith("rw:")) {
                    throw new IllegalArgumentException(
                            PREFIX
                                    + "grants has \""
                                    + each
                                    + "\"; it should be like /data=ro:/srv/data");
                }
                files.grant(
                        Grant.of(HostFiles.host().getPath(how.substring(3)), how.startsWith("rw:")),
                        each.substring(0, equals));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the guest's files cannot be made: " + e, e);
        }
    }
}
