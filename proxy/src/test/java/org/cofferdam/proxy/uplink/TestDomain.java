package org.cofferdam.proxy.uplink;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.cofferdam.libos.ring.DriverRing;
import org.cofferdam.libos.ring.RingPlace;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueMemory;

/**
 * A driver domain's memory with an honest driver's rings in it.
 *
 * <pre>
 * 0  receive ring | 64 KiB  transmit ring | 128 KiB  arena: receive buffers, then transmit buffers | 2 MiB
 * </pre>
 */
final class TestDomain {
    static final long ARENA = 0x2_0000;
    static final long BYTES = 0x20_0000;

    private static final int SIZE = 256;
    private static final int BUFFER_BYTES = 4096;
    private static final long TRANSMIT_BUFFERS = ARENA + SIZE * (long) BUFFER_BYTES;

    private final MemorySegment memory;
    private final RingPlace receivePlace = RingPlace.packed(SIZE, 0);
    private final RingPlace transmitPlace = RingPlace.packed(SIZE, 0x1_0000);
    private final DriverRing receive;
    private final DriverRing transmit;
    private int nextBuffer;
    private int repeatedLength;

    TestDomain() {
        this(Arena.ofAuto().allocate(BYTES, 4096));
    }

    TestDomain(MemorySegment memory) {
        this.memory = memory;
        this.receive = new DriverRing(memory, receivePlace);
        this.transmit = new DriverRing(memory, transmitPlace);
    }

    void attachTo(UplinkPort port) {
        port.attach(
                QueueMemory.of(0, memory).withBufferWindow(ARENA, BYTES - ARENA),
                config(receivePlace),
                config(transmitPlace));
    }

    private static QueueConfig config(RingPlace place) {
        return QueueConfig.plain(
                place.size(), place.descriptors(), place.available(), place.used());
    }

    DriverRing receive() {
        return receive;
    }

    DriverRing transmitRing() {
        return transmit;
    }

    /** Offers receive buffers of one size, up to 4096 bytes each. */
    void offersBuffers(int count, int bytes) {
        for (int i = 0; i < count; i++) {
            offer(bytes);
        }
        receive.publish();
    }

    /** Fills the receive ring with buffers of sizes from tiny to whole, some of two descriptors. */
    void offersBuffersOfAnySize(SplittableRandom random) {
        while (receive.free() >= 2) {
            int bytes =
                    random.nextInt(3) == 0
                            ? 1 + random.nextInt(40)
                            : 64 + random.nextInt(BUFFER_BYTES - 64);
            offer(bytes);
        }
        receive.publish();
    }

    private boolean offer(int bytes) {
        int buffer = nextBuffer++ % SIZE;
        long address = ARENA + buffer * (long) BUFFER_BYTES;
        int first = bytes > 2 && bytes % 2 == 1 ? bytes / 3 + 1 : bytes;
        receive.begin();
        if (!receive.add(address, first, true)) {
            return false;
        }
        if (first < bytes && !receive.add(address + first, bytes - first, true)) {
            throw new IllegalStateException("The ring is full in the middle of a chain");
        }
        receive.end(buffer);
        return true;
    }

    /** Takes one frame with its header out of the receive queue; empty if there is none. */
    byte[] receives() {
        byte[] frame = takeBuffer();
        if (frame.length == 0) {
            return frame;
        }
        int taken = 1;
        // A tiny first buffer may not even hold the header.
        for (; frame.length < NetHeader.BYTES; taken++) {
            frame = join(frame, takeBuffer());
        }
        int buffers = NetHeader.buffers(MemorySegment.ofArray(frame), 0);
        for (; taken < buffers; taken++) {
            frame = join(frame, takeBuffer());
        }
        return frame;
    }

    private byte[] takeBuffer() {
        int buffer = receive.poll();
        if (buffer == DriverRing.NOTHING) {
            return new byte[0];
        }
        return TestFrame.bytes(
                memory, ARENA + buffer * (long) BUFFER_BYTES, (int) receive.usedLength());
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Transmits a frame that asks for no offload. */
    void transmits(TestFrame frame) {
        memory.asSlice(TRANSMIT_BUFFERS, NetHeader.BYTES).fill((byte) 0);
        int length = frame.write(memory, TRANSMIT_BUFFERS + NetHeader.BYTES);
        transmit.offer(TRANSMIT_BUFFERS, NetHeader.BYTES + length, false, 0);
        transmit.publish();
    }

    /** Transmits one frame from outside, the same each time; allocates nothing. */
    void transmitsAgain() {
        if (repeatedLength == 0) {
            repeatedLength =
                    NetHeader.BYTES
                            + TestFrame.tcp4().write(memory, TRANSMIT_BUFFERS + NetHeader.BYTES);
        }
        while (transmit.poll() != DriverRing.NOTHING) {
            // Completed; the descriptor is free again.
        }
        transmit.offer(TRANSMIT_BUFFERS, repeatedLength, false, 0);
        transmit.publish();
    }

    /** Takes back every buffer that was filled and offers it again; allocates nothing. */
    void recyclesBuffers() {
        for (int buffer = receive.poll(); buffer != DriverRing.NOTHING; buffer = receive.poll()) {
            receive.offer(ARENA + buffer * (long) BUFFER_BYTES, 2048, true, buffer);
        }
        receive.publish();
    }

    /** How many transmissions the device has completed since the last call. */
    int transmitCompletions() {
        int completions = 0;
        while (transmit.poll() != DriverRing.NOTHING) {
            completions++;
        }
        return completions;
    }

    /** Writes a chain that never ends into the receive queue. */
    void loopInReceiveQueue() {
        memory.set(ValueLayout.JAVA_LONG, receivePlace.descriptors(), ARENA);
        memory.set(ValueLayout.JAVA_LONG, receivePlace.descriptors() + 8, 64 | 3L << 32);
        memory.set(ValueLayout.JAVA_SHORT, receivePlace.available() + 4, (short) 0);
        memory.set(ValueLayout.JAVA_SHORT, receivePlace.available() + 2, (short) 1);
    }
}
