package org.cofferdam.libos.jdk.channel;

import java.net.DatagramPacket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a program's {@link DatagramPacket} has room for. A packet that was received into says with {@code
 * getLength} how much came, and a program may receive into it again without saying how much there is room for. Inside
 * java.net that is remembered in the packet; from outside it cannot be, so it is remembered here, for packets that are
 * exactly as the last {@code receive} left them.
 */
final class PacketRoom {
    private static final class Left {
        private final byte[] bytes;
        private final int offset;
        private final int length;
        private final int room;

        Left(DatagramPacket packet, int room) {
            this.bytes = packet.getData();
            this.offset = packet.getOffset();
            this.length = packet.getLength();
            this.room = room;
        }

        @SuppressWarnings("ReferenceEquality") // the same array, not one with the same bytes
        boolean isStill(DatagramPacket packet) {
            return packet.getData() == bytes
                    && packet.getOffset() == offset
                    && packet.getLength() == length;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    /** By identity, as packets have it. */
    private final Map<DatagramPacket, Left> seen = new WeakHashMap<>();

    /** Where to receive into. */
    ByteBuffer of(DatagramPacket packet) {
        lock.lock();
        try {
            @Nullable Left left = seen.get(packet);
            int room = left != null && left.isStill(packet) ? left.room : packet.getLength();
            return ByteBuffer.wrap(packet.getData(), packet.getOffset(), room);
        } finally {
            lock.unlock();
        }
    }

    /** Tells the packet and remembers how many bytes came. */
    void filled(DatagramPacket packet, int bytes) {
        lock.lock();
        try {
            int room = of(packet).remaining();
            packet.setLength(bytes);
            @Nullable Left ignored = seen.put(packet, new Left(packet, room));
            assert ignored == null || ignored.room >= 0;
        } finally {
            lock.unlock();
        }
    }
}
