package org.cofferdam.libos.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder of the host that a guest gets, as {@code PLACE=ro:DIR} or {@code PLACE=rw:DIR}.
 *
 * @param place where the guest sees it: absolute
 * @param folder of the host: absolute
 */
record FolderGrant(String place, boolean writable, String folder) {
    private static final Pattern TEXT = Pattern.compile("(/[^=,]+)=(ro|rw):([^,]+)");

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException if it is none, or there is no such folder
     */
    static FolderGrant parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no grant; write it as PLACE=ro:DIR or PLACE=rw:DIR, without commas");
        }
        Path folder = Path.of(m.group(3)).toAbsolutePath().normalize();
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("'" + text + "': there is no folder " + folder);
        }
        return new FolderGrant(m.group(1), m.group(2).equals("rw"), folder.toString());
    }

    /** As the guest's JVM reads it. */
    String text() {
        return place + (writable ? "=rw:" : "=ro:") + folder;
    }
}
