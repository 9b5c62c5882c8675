package org.cofferdam.libos.files.memory;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** How a file is to be opened: the JDK's options, checked and complete. */
public record OpenMode(
        boolean read,
        boolean write,
        boolean append,
        boolean truncate,
        boolean create,
        boolean isNew,
        boolean deleteOnClose) {

    /**
     * Reads the options as {@code FileChannel.open} describes them.
     *
     * @throws UnsupportedOperationException for an option that is not the JDK's standard one
     */
    public static OpenMode of(Set<? extends OpenOption> options) {
        for (OpenOption option : options) {
            if (!(option instanceof StandardOpenOption) && !(option instanceof LinkOption)) {
                throw new UnsupportedOperationException(option + " is not supported");
            }
        }
        boolean append = options.contains(StandardOpenOption.APPEND);
        boolean write = append || options.contains(StandardOpenOption.WRITE);
        boolean read = options.contains(StandardOpenOption.READ) || !write;
        boolean truncate = options.contains(StandardOpenOption.TRUNCATE_EXISTING);
        if (append && (truncate || options.contains(StandardOpenOption.READ))) {
            throw new IllegalArgumentException(
                    (truncate ? "TRUNCATE_EXISTING" : "READ") + " + APPEND not allowed");
        }
        boolean isNew = write && options.contains(StandardOpenOption.CREATE_NEW);
        return new OpenMode(
                read,
                write,
                append,
                truncate,
                isNew || (write && options.contains(StandardOpenOption.CREATE)),
                isNew,
                options.contains(StandardOpenOption.DELETE_ON_CLOSE));
    }
}
