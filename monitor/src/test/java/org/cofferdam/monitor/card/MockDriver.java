package org.cofferdam.monitor.card;

import static org.cofferdam.monitor.card.Registers.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofferdam.binding.memory.SharedMemory;

/**
 * A driver as the datasheet wants it, with the means to be one as it does not: a card on a memory wire, an
 * arena that the card may reach, and guard pages around the arena that it may not.
 *
 * <pre>
 *   GUARD | receive ring | transmit ring | receive buffers | transmit buffers | GUARD
 *         ARENA          +0x10000        +0x20000          +0x80000           ARENA + ARENA_BYTES
 * </pre>
 */
final class MockDriver implements AutoCloseable {
    static final byte[] MAC = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
    static final byte[] PEER = {0x52, 0x54, 0, 0x12, 0x34, (byte) 0x99};
    static final long ARENA = 0x80_0000;
    static final int ARENA_BYTES = 1 << 20;
    static final int RX_RING_AT = 0;
    static final int TX_RING_AT = 0x1_0000;
    static final int RX_BUFFERS_AT = 0x2_0000;
    static final int TX_BUFFERS_AT = 0x8_0000;
    static final int RING_SIZE = 64;
    static final int BUFFER_BYTES = 2048;
    static final int RCTL_USUAL = RCTL_EN | RCTL_BAM | RCTL_SECRC;
    static final int TCTL_USUAL = TCTL_EN | TCTL_PSP;
    static final int EOP = 1;
    static final int IFCS = 2;
    static final int IC = 4;
    static final int TSE = 4;
    static final int RS = 8;
    static final int DEXT = 0x20;
    static final int VLE = 0x40;
    static final int IXSM = 1;
    static final int TXSM = 2;
    private static final int GUARD_BYTES = 64 << 10;
    private static final byte GUARD = (byte) 0xc5;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    final MemoryWire wire = new MemoryWire();
    final RecordedEvents events = new RecordedEvents();
    final EmulatedNic nic;
    final MemorySegment arena;
    private final SharedMemory memory =
            SharedMemory.create("mock-domain", ARENA_BYTES + 2 * GUARD_BYTES);
    private final MemorySegment ringPages;
    private long now;
    int rxHead;
    int rxTail;
    int txTail;
    private int bufferBytes = BUFFER_BYTES;
    private long nextBuffer = TX_BUFFERS_AT;

    MockDriver(CardModel model) {
        nic = new EmulatedNic(model, MAC, wire, events);
        arena = memory.segment().asSlice(GUARD_BYTES, ARENA_BYTES);
        memory.segment().asSlice(0, GUARD_BYTES).fill(GUARD);
        memory.segment().asSlice(GUARD_BYTES + ARENA_BYTES).fill(GUARD);
        nic.dma().map(ARENA, arena, true);
        ringPages = ((SharedMemory) nic.windows().get(0).memory()).segment();
    }

    /** A driver that has started both rings with usual settings. */
    static MockDriver started(CardModel model) {
        MockDriver driver = new MockDriver(model);
        driver.start(RCTL_USUAL, BUFFER_BYTES);
        driver.events.take();
        return driver;
    }

    void start(int receiveControl, int bytesOfBuffer) {
        bufferBytes = bytesOfBuffer;
        write(CTRL, CTRL_RST);
        write(CTRL, CTRL_SLU | CTRL_FD);
        startReceive(receiveControl);
        ring(TX_RING, TX_RING_AT, RING_SIZE);
        txTail = 0;
        write(TCTL, TCTL_USUAL);
        work();
    }

    void startReceive(int receiveControl) {
        ring(RX_RING, RX_RING_AT, RING_SIZE);
        for (int i = 0; i < RING_SIZE; i++) {
            rxDescriptor(i, ARENA + RX_BUFFERS_AT + (long) i * bufferBytes);
        }
        rxHead = 0;
        rxTail = RING_SIZE - 1;
        write(RCTL, receiveControl);
        page(RX_RING + RING_TAIL, rxTail);
    }

    /** Base, length, head and tail of a ring, by the shared pages. */
    void ring(int register, int at, int descriptors) {
        page(register + RING_BASE_LOW, (int) (ARENA + at));
        page(register + RING_BASE_HIGH, 0);
        page(register + RING_LENGTH, descriptors * 16);
        page(register + RING_HEAD, 0);
        page(register + RING_TAIL, 0);
    }

    int read(int register) {
        return (int) nic.readRegister(register, 4);
    }

    void write(int register, int value) {
        nic.writeRegister(register, 4, value & 0xffff_ffffL);
    }

    /** A store to the shared pages. */
    void page(int register, int value) {
        ringPages.set(INT, register - RING_PAGES, value);
    }

    int page(int register) {
        return ringPages.get(INT, register - RING_PAGES);
    }

    /** One pass of the card. */
    int work() {
        return nic.doWork(now);
    }

    /** Passes until the card is idle, at most {@code most}. */
    void workUntilIdle(int most) {
        for (int i = 0; i < most; i++) {
            if (work() == 0) {
                return;
            }
        }
        throw new AssertionError("The card still works after " + most + " passes");
    }

    void secondsPass(int seconds) {
        now += seconds * 1_000_000_000L;
    }

    void rxDescriptor(int index, long address) {
        arena.set(LONG, RX_RING_AT + 16L * index, address);
        arena.set(LONG, RX_RING_AT + 16L * index + 8, 0);
    }

    long rxStatusQuad(int index) {
        return arena.get(LONG, RX_RING_AT + 16L * index + 8);
    }

    /** A received frame: status and errors of its last descriptor, the checksum of its first. */
    static final class Received {
        private final byte[] frame;
        private final int status;
        private final int errors;
        private final int checksum;
        private final int special;

        Received(byte[] frame, int checksum, long lastQuad) {
            this.frame = frame;
            this.checksum = checksum;
            this.status = (int) (lastQuad >>> 32) & 0xff;
            this.errors = (int) (lastQuad >>> 40) & 0xff;
            this.special = (int) (lastQuad >>> 48) & 0xffff;
        }

        byte[] frame() {
            return frame;
        }

        int status() {
            return status;
        }

        int errors() {
            return errors;
        }

        int checksum() {
            return checksum;
        }

        int special() {
            return special;
        }
    }

    /** What the card has stored, in order; gives the buffers back. */
    List<Received> received() {
        List<Received> frames = new ArrayList<>();
        byte[] gathered = new byte[0];
        int checksum = 0;
        while ((rxStatusQuad(rxHead) >>> 32 & 1) != 0) {
            long quad = rxStatusQuad(rxHead);
            int length = (int) quad & 0xffff;
            if (gathered.length == 0) {
                checksum = (int) (quad >>> 16) & 0xffff;
            }
            long at = RX_BUFFERS_AT + (long) rxHead * bufferBytes;
            byte[] joined = Arrays.copyOf(gathered, gathered.length + length);
            MemorySegment.copy(arena, ValueLayout.JAVA_BYTE, at, joined, gathered.length, length);
            gathered = joined;
            if ((quad >>> 32 & 2) != 0) {
                frames.add(new Received(gathered, checksum, quad));
                gathered = new byte[0];
            }
            rxDescriptor(rxHead, ARENA + RX_BUFFERS_AT + (long) rxHead * bufferBytes);
            rxHead = (rxHead + 1) % RING_SIZE;
            rxTail = (rxTail + 1) % RING_SIZE;
        }
        page(RX_RING + RING_TAIL, rxTail);
        return frames;
    }

    /** Puts bytes where the card may read them; returns their address. */
    long buffer(byte[] bytes) {
        if (nextBuffer + bytes.length > ARENA_BYTES) {
            nextBuffer = TX_BUFFERS_AT;
        }
        long at = nextBuffer;
        MemorySegment.copy(bytes, 0, arena, ValueLayout.JAVA_BYTE, at, bytes.length);
        nextBuffer += bytes.length;
        return ARENA + at;
    }

    /** Writes a transmit descriptor at the tail; {@link #ringTail} hands it over. */
    int descriptor(long first, long second) {
        int index = txTail;
        arena.set(LONG, TX_RING_AT + 16L * index, first);
        arena.set(LONG, TX_RING_AT + 16L * index + 8, second);
        txTail = (txTail + 1) % RING_SIZE;
        return index;
    }

    int legacy(long address, int length, int command, int start, int field) {
        return descriptor(
                address, length | (long) field << 16 | (long) command << 24 | (long) start << 40);
    }

    int data(long address, int length, int command, int options) {
        return descriptor(
                address, length | 1L << 20 | (long) (command | DEXT) << 24 | (long) options << 40);
    }

    int context(Context c) {
        return descriptor(c.first(), c.second());
    }

    /** The fields of a context descriptor. */
    record Context(
            int ipStart,
            int ipField,
            int ipEnd,
            int transportStart,
            int transportField,
            int transportEnd,
            int payload,
            int header,
            int segment,
            int command) {
        static final int TCP = 1;
        static final int IPV4 = 2;

        long first() {
            return ipStart
                    | (long) ipField << 8
                    | (long) ipEnd << 16
                    | (long) transportStart << 32
                    | (long) transportField << 40
                    | (long) transportEnd << 48;
        }

        long second() {
            return payload
                    | (long) (command | DEXT) << 24
                    | (long) header << 40
                    | (long) segment << 48;
        }
    }

    void ringTail() {
        page(TX_RING + RING_TAIL, txTail);
    }

    boolean done(int index) {
        return (arena.get(LONG, TX_RING_AT + 16L * index + 8) >>> 32 & 1) != 0;
    }

    void send(byte[] frame) {
        legacy(buffer(frame), frame.length, EOP | IFCS | RS, 0, 0);
        ringTail();
    }

    /** Whether every byte outside the arena is as it was. */
    boolean guardsIntact() {
        MemorySegment all = memory.segment();
        return intact(all.asSlice(0, GUARD_BYTES))
                && intact(all.asSlice(GUARD_BYTES + ARENA_BYTES));
    }

    private static boolean intact(MemorySegment guard) {
        for (long i = 0; i < GUARD_BYTES; i++) {
            if (guard.get(ValueLayout.JAVA_BYTE, i) != GUARD) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        nic.close();
        memory.close();
    }
}
