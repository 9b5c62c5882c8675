package org.cofferdam.proxy.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.proxy.fuzz.FuzzInput;

/**
 * Runs an input as a sequence of steps, each begun by one byte: the driver writes, or the device takes, returns,
 * publishes, asks for kicks, stops and goes on. After each it is looked at what must hold of any queue, whatever its
 * driver does.
 */
abstract class QueueScript {
    private static final int MOST_STEPS = 200;
    private static final int MOST_BYTES = 1 << 12;
    private static final DataFlow[] FLOWS = DataFlow.values();
    private static final long[] EDGES = {
        0,
        -1,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        HostileQueue.RAM,
        HostileQueue.CLOSED,
        HostileQueue.WINDOW,
        HostileQueue.END,
        0x1_0000_0000L
    };

    final HostileQueue memory;
    private final MemorySegment scratch = Arena.ofAuto().allocate(MOST_BYTES);
    private final MemorySegment before = Arena.ofAuto().allocate(HostileQueue.WINDOW_BYTES);
    private final MemorySegment window;

    QueueScript(HostileQueue memory) {
        this.memory = memory;
        this.window =
                memory.ram()
                        .asSlice(HostileQueue.WINDOW - HostileQueue.RAM, HostileQueue.WINDOW_BYTES);
    }

    /** A queue that goes on at this position. */
    abstract DeviceQueue start(boolean indirect, boolean eventIndex, DataFlow flow, int position);

    /** Where a queue may start first. */
    abstract int firstPosition(FuzzInput in);

    /** One write of the driver into its rings; {@code what} is 0 to 3. */
    abstract void driverWrites(int what, FuzzInput in);

    /** How many chains the driver can see returned, modulo 2^16; -1 where the ring does not count them. */
    abstract int shown();

    final void run(FuzzInput in) {
        memory.fill(HostileQueue.RAM, HostileQueue.CLOSED - HostileQueue.RAM, 0);
        memory.fill(HostileQueue.WINDOW, HostileQueue.WINDOW_BYTES, 0);
        int shape = in.u8();
        boolean indirect = (shape & 1) != 0;
        boolean eventIndex = (shape & 2) != 0;
        DataFlow flow = FLOWS[(shape >>> 2) % FLOWS.length];
        DeviceQueue queue = start(indirect, eventIndex, flow, firstPosition(in));
        TakenChains chains = queue.chains((shape & 0x80) != 0 ? 1 : queue.size());
        int given = 0;
        int shown = shown();
        for (int step = 0; step < MOST_STEPS && in.hasMore(); step++) {
            int what = in.below(12);
            switch (what) {
                case 4, 5 -> take(queue, chains);
                case 6, 7 -> {
                    if (chains.count() > 0) {
                        use(queue, chains, in, flow);
                        given++;
                    }
                }
                case 8 -> {
                    assertEquals(given > 0, queue.publish());
                    queue.shouldSignal();
                    if (shown != -1) {
                        shown = (shown + given) & 0xffff;
                    }
                    given = 0;
                }
                case 9 -> {
                    if (queue.enableNotifications()) {
                        assertEquals(QueueError.NONE, queue.error());
                    }
                }
                case 10 -> queue.disableNotifications();
                case 11 -> {
                    // What was given back and not shown is lost with a device that is killed.
                    if (given == 0) {
                        queue = start(indirect, eventIndex, flow, queue.position());
                        chains = queue.chains(queue.size());
                    }
                }
                default -> driverWrites(what, in);
            }
            assertEquals(shown, shown(), "only the device moves what is shown");
        }
        memory.assertNothingElseWasTouched();
    }

    private static void take(DeviceQueue queue, TakenChains chains) {
        int held = chains.count();
        QueueError error = queue.error();
        if (!queue.take(chains)) {
            assertEquals(held, chains.count());
            return;
        }
        assertEquals(QueueError.NONE, error);
        assertEquals(QueueError.NONE, queue.error());
        assertEquals(held + 1, chains.count());
        assertTrue(chains.count() <= queue.size());
        long bytes = chains.readableBytes(held) + chains.writableBytes(held);
        // Each of at most `size` descriptors lies in the window.
        assertTrue(bytes > 0 && bytes <= queue.size() * HostileQueue.WINDOW_BYTES);
    }

    /** Reads and writes the oldest chain, and gives it back. */
    private void use(DeviceQueue queue, TakenChains chains, FuzzInput in, DataFlow flow) {
        int asked = in.u16() % MOST_BYTES;
        long from = in.u8();
        long readable = Math.max(0, chains.readableBytes(0) - from);
        assertEquals(Math.min(asked, readable), chains.copyOut(0, from, scratch, 0, asked), "read");
        scratch.fill((byte) (0x80 | in.u8()));
        MemorySegment.copy(window, 0, before, 0, before.byteSize());
        long writable = Math.max(0, chains.writableBytes(0) - from);
        int written = chains.copyIn(0, from, scratch, 0, asked);
        assertEquals(Math.min(asked, writable), written, "written");
        assertTrue(flow != DataFlow.DRIVER_TO_DEVICE || written == 0);
        assertTrue(changed() <= written, "more bytes changed than were written");
        queue.giveBack(chains.head(0), written);
        chains.removeFirst();
    }

    private long changed() {
        long first = window.mismatch(before);
        long changes = 0;
        for (long i = Math.max(first, 0); first >= 0 && i < window.byteSize(); i++) {
            if (window.get(ValueLayout.JAVA_BYTE, i) != before.get(ValueLayout.JAVA_BYTE, i)) {
                changes++;
            }
        }
        return changes;
    }

    static long address(FuzzInput in) {
        return switch (in.below(4)) {
            case 0, 1 -> HostileQueue.WINDOW + in.u16();
            case 2 -> EDGES[in.below(EDGES.length)] + (byte) in.u8();
            default -> in.i64();
        };
    }

    static long length(FuzzInput in) {
        return switch (in.below(4)) {
            case 0 -> in.u8();
            case 1 -> 16L * in.u8();
            case 2 -> HostileQueue.WINDOW_BYTES + (byte) in.u8();
            default -> in.u32();
        };
    }
}
