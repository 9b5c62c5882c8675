package org.cofferdam.libos.files.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a file holds. Any thread; each call is atomic towards the others. Positions are never negative: the channel
 * checks them.
 */
interface Content {
    long size();

    /** Copies from the position on; -1 at or behind the end. */
    int read(long at, ByteBuffer to) throws IOException;

    /**
     * Copies to the position; what lies between the end and it becomes zeros.
     *
     * @throws IOException if there is no room for all of it; what there was room for is written
     */
    int write(long at, ByteBuffer from) throws IOException;

    /** Copies behind the end, wherever that is by then; returns the new end. */
    long append(ByteBuffer from) throws IOException;

    void truncate(long size) throws IOException;

    /** All of it as memory that does not change, if it is that. */
    @Nullable MemorySegment whole();

    /** A channel was opened. */
    void opened();

    /** A channel was closed, or the name removed; when nothing is left, the memory is given back. */
    void closed();
}
