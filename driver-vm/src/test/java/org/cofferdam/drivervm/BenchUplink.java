package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The device side of the uplink's two queues, as plain as can be: for the driver's tests, with a way to lie. */
final class BenchUplink {

    static final int HEADER_BYTES = 12;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;

    private final MemorySegment memory;
    private final Queue toWire;
    private final Queue toHost;
    private final ArrayDeque<Integer> held = new ArrayDeque<>();
    private boolean holding;

    /** A virtio-net header. */
    record Header(int flags, int gsoType, int gsoSize, int checksumStart, int checksumOffset) {
        static final Header PLAIN = new Header(0, 0, 0, 0, 0);
    }

    /** A frame from the driver: where its descriptor pointed, its header and bytes. */
    record Arrived(long address, ByteBuffer header, ByteBuffer bytes) {}

    BenchUplink(KvmDomain domain) {
        memory = domain.memory();
        toWire = new Queue(memory, DomainLayout.UPLINK_RX);
        toHost = new Queue(memory, DomainLayout.UPLINK_TX);
    }

    /** While holding, buffers from the driver are read but not given back. */
    void hold(boolean hold) {
        holding = hold;
        while (!holding && !held.isEmpty()) {
            toHost.use(held.remove(), 0);
        }
        toHost.publish();
    }

    /** Frames that the driver passed on since the last call. */
    List<Arrived> receive() {
        List<Arrived> frames = new ArrayList<>();
        for (int head = toHost.next(); head >= 0; head = toHost.next()) {
            long descriptor = toHost.place.descriptors().value() + 16L * head;
            long address = memory.get(U64, descriptor);
            int length = memory.get(U32, descriptor + 8);
            if (!DomainLayout.ARENA.contains(address, length)) {
                throw new AssertionError("uplink buffer outside the arena: " + address);
            }
            frames.add(
                    new Arrived(
                            address,
                            bytes(address, HEADER_BYTES),
                            bytes(address + HEADER_BYTES, length - HEADER_BYTES)));
            if (holding) {
                held.add(head);
            } else {
                toHost.use(head, 0);
            }
        }
        toHost.publish();
        return frames;
    }

    private ByteBuffer bytes(long address, int length) {
        return ByteBuffer.wrap(memory.asSlice(address, length).toArray(ValueLayout.JAVA_BYTE));
    }

    /** Sends a frame to the wire, merged over as many buffers as it needs; false if there are too few. */
    boolean send(Header header, byte[] frame) {
        int buffers = (frame.length + HEADER_BYTES + 4095) / 4096;
        if (toWire.waiting() < buffers) {
            return false;
        }
        int done = 0;
        for (int i = 0; i < buffers; i++) {
            int head = toWire.next();
            long buffer = memory.get(U64, toWire.place.descriptors().value() + 16L * head);
            int skip = i == 0 ? HEADER_BYTES : 0;
            if (i == 0) {
                write(buffer, header, buffers);
            }
            int part = Math.min(frame.length - done, 4096 - skip);
            MemorySegment.copy(frame, done, memory, ValueLayout.JAVA_BYTE, buffer + skip, part);
            done += part;
            toWire.use(head, part + skip);
        }
        toWire.publish();
        return true;
    }

    private void write(long at, Header header, int buffers) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) header.flags());
        memory.set(ValueLayout.JAVA_BYTE, at + 1, (byte) header.gsoType());
        memory.set(U16, at + 2, (short) 0);
        memory.set(U16, at + 4, (short) header.gsoSize());
        memory.set(U16, at + 6, (short) header.checksumStart());
        memory.set(U16, at + 8, (short) header.checksumOffset());
        memory.set(U16, at + 10, (short) buffers);
    }

    /** Writes a used element that no buffer stands behind. */
    void lieToWire(int id, int length) {
        toWire.use(id, length);
        toWire.publish();
    }

    /** The same on the other queue. */
    void lieToHost(int id) {
        toHost.use(id, 0);
        toHost.publish();
    }

    /** Moves the used index of queue 0 on without elements. */
    void jumpToWire(int by) {
        toWire.used += by;
        toWire.publish();
    }

    private static final class Queue {
        private final MemorySegment memory;
        private final QueuePlace place;
        private int taken;
        private int used;

        Queue(MemorySegment memory, QueuePlace place) {
            this.memory = memory;
            this.place = place;
        }

        int waiting() {
            return memory.get(U16, place.available().value() + 2) - taken & 0xffff;
        }

        int next() {
            if (waiting() == 0) {
                return -1;
            }
            int slot = taken++ % place.size();
            return memory.get(U16, place.available().value() + 4 + 2L * slot);
        }

        void use(int id, int length) {
            long element = place.used().value() + 4 + 8L * (used++ % place.size());
            memory.set(U32, element, id);
            memory.set(U32, element + 4, length);
        }

        void publish() {
            memory.set(U16, place.used().value() + 2, (short) used);
        }
    }
}
