package org.cofferdam.monitor.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** The packet path allocates nothing. */
final class EmulatedNicAllocationTest {
    private static final int WARM_UP = 3_000;
    private static final int PASSES = 3_000;

    @Test
    void packetPathAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.wire.countOnly();
            byte[] in = Frames.tcp(true, 1400, 0x10);
            byte[] tiny = Frames.plain(MockDriver.MAC, 42);
            byte[] large = Frames.withoutChecksums(Frames.tcp(true, 5000, 0x18), false);
            MockDriver.Context context = EmulatedNicTransmitTest.segmentContext(large, 1448);
            long largeAt = d.buffer(large);
            long tinyAt = d.buffer(tiny);
            for (int i = 0; i < WARM_UP; i++) {
                pass(d, in, tiny, context, largeAt, large.length, tinyAt);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < PASSES; i++) {
                pass(d, in, tiny, context, largeAt, large.length, tinyAt);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertEquals(5L * (WARM_UP + PASSES), d.wire.framesSent());
            // The measurement itself and a late linkage may cost a little; an object a pass would
            // be 48 kB.
            assertTrue(allocated < 16_384, allocated + " bytes in " + PASSES + " passes");
        }
    }

    /** Two frames in, one plain and one of four segments out. */
    private static void pass(
            MockDriver d,
            byte[] in,
            byte[] tiny,
            MockDriver.Context context,
            long largeAt,
            int largeBytes,
            long tinyAt) {
        d.wire.deliver(in);
        d.wire.deliver(tiny);
        d.legacy(tinyAt, 42, MockDriver.EOP | MockDriver.IFCS | MockDriver.RS, 0, 0);
        d.context(context);
        int command = MockDriver.EOP | MockDriver.IFCS | MockDriver.RS | MockDriver.TSE;
        d.data(largeAt, largeBytes, command, MockDriver.IXSM | MockDriver.TXSM);
        d.ringTail();
        d.work();
        for (int i = 0; i < 2; i++) {
            if ((d.rxStatusQuad(d.rxHead) >>> 32 & 3) != 3) {
                throw new AssertionError("frame " + i + " is not there");
            }
            d.arena.set(ValueLayout.JAVA_LONG, 16L * d.rxHead + 8, 0);
            d.rxHead = (d.rxHead + 1) % MockDriver.RING_SIZE;
            d.rxTail = (d.rxTail + 1) % MockDriver.RING_SIZE;
        }
        d.page(Registers.RX_RING + Registers.RING_TAIL, d.rxTail);
    }
}
