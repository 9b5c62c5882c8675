package org.cofferdam.libos.jdk.channel;

import java.nio.ByteBuffer;
import java.util.Objects;

/** What scattering and gathering ask of their buffers. */
final class Buffers {
    private Buffers() {}

    /** Bytes that fit into buffers together; refuses one that is read-only. */
    static long writable(ByteBuffer[] buffers, int offset, int length) {
        long all = readable(buffers, offset, length);
        for (int i = offset; i < offset + length; i++) {
            if (buffers[i].isReadOnly()) {
                throw new IllegalArgumentException("Read-only buffer");
            }
        }
        return all;
    }

    /** Bytes that remain in buffers together. */
    static long readable(ByteBuffer[] buffers, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffers.length);
        long all = 0;
        for (int i = offset; i < offset + length; i++) {
            all += buffers[i].remaining();
        }
        return all;
    }
}
