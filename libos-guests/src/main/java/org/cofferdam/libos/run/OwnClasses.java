package org.cofferdam.libos.run;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.cofferdam.libos.guest.GuestNetwork;

/**
 * The library OS's own classes: loaded all, because their jars are closed when the program runs. What they refer to in
 * other jars is loaded when the JVM links them, which happens here, too.
 */
final class OwnClasses {
    private static final String PREFIX = "org/cofferdam/";
    private static final String SUFFIX = ".class";

    /** Those that only the command {@code libos} needs, and what it needs besides. */
    private static final List<String> LEFT_OUT =
            List.of("org/cofferdam/libos/command/", "org/cofferdam/libos/image/");

    private OwnClasses() {}

    /**
     * Loads and links them without initializing any; takes some hundred milliseconds at most.
     *
     * @return how many
     * @throws IOException if a jar of the class path cannot be read
     * @throws ClassNotFoundException if the class path lacks something
     */
    static int load() throws IOException, ClassNotFoundException {
        ClassLoader loader = GuestNetwork.class.getClassLoader();
        int count = 0;
        for (String entry :
                String.valueOf(System.getProperty("java.class.path"))
                        .split(File.pathSeparator, -1)) {
            if (!entry.endsWith(".jar")) {
                continue;
            }
            try (JarFile jar = new JarFile(entry)) {
                for (JarEntry file : (Iterable<JarEntry>) jar.stream()::iterator) {
                    String name = file.getName();
                    if (name.startsWith(PREFIX)
                            && name.endsWith(SUFFIX)
                            && LEFT_OUT.stream().noneMatch(name::startsWith)) {
                        Class<?> ignored =
                                Class.forName(
                                        name.substring(0, name.length() - SUFFIX.length())
                                                .replace('/', '.'),
                                        false,
                                        loader);
                        assert ignored != null;
                        count++;
                    }
                }
            }
        }
        return count;
    }
}
