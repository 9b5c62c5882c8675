package org.cofferdam.libos.files;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * A file's bytes, held in memory under the place where the program looks for them.
 *
 * @param path absolute, without {@code .} and {@code ..}
 * @param content read-only
 * @param modified as the host had it
 */
public record HeldFile(String path, MemorySegment content, Instant modified) {
    public HeldFile {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(path + " is not absolute");
        }
        content = content.asReadOnly();
    }

    /** How many bytes it has. */
    public long size() {
        return content.byteSize();
    }
}
