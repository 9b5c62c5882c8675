package org.cofferdam.libos.jdk.channel;

import java.nio.ByteBuffer;
import java.util.Objects;

/** What scattering and gathering ask of their buffers. */
final class Buffers {
    private static final int MOST_OF_A_DATAGRAM = 1 << 16;

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

    /** What remains in buffers, in one; at most a little more than a datagram carries, so that longer ones are refused. */
    static ByteBuffer gathered(ByteBuffer[] sources, int offset, int length) {
        long bytes = readable(sources, offset, length);
        ByteBuffer whole = ByteBuffer.allocate((int) Math.min(bytes, MOST_OF_A_DATAGRAM));
        for (int i = offset; i < offset + length; i++) {
            ByteBuffer part = sources[i].duplicate();
            part.limit(part.position() + Math.min(part.remaining(), whole.remaining()));
            whole.put(part);
        }
        return whole.flip();
    }

    /** Room for a datagram that will be scattered over buffers. */
    static ByteBuffer roomFor(ByteBuffer[] targets, int offset, int length) {
        long fits = writable(targets, offset, length);
        return ByteBuffer.allocate((int) Math.min(fits, MOST_OF_A_DATAGRAM));
    }

    /** Spreads a datagram over buffers that have room for it. */
    static void scatter(ByteBuffer whole, ByteBuffer[] targets, int offset, int length) {
        for (int i = offset; i < offset + length && whole.hasRemaining(); i++) {
            int part = Math.min(whole.remaining(), targets[i].remaining());
            targets[i].put(whole.slice(whole.position(), part));
            whole.position(whole.position() + part);
        }
    }
}
