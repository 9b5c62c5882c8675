package org.cofferdam.proxy.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** Each page that a queue writes to is marked, and no other. */
final class WriteLogTest {
    private static final int PAGE = 4096;

    private final MemorySegment bits = Arena.ofAuto().allocate(64, 8);
    private final WriteLog log = new WriteLog(bits);

    private BitSet marked() {
        return BitSet.valueOf(bits.toArray(ValueLayout.JAVA_BYTE));
    }

    private static BitSet pages(int first, int last) {
        BitSet set = new BitSet();
        set.set(first, last + 1);
        return set;
    }

    @Test
    void everyPageOfARangeIsMarked() {
        log.mark(PAGE - 1L, 2);
        assertEquals(pages(0, 1), marked());
        log.mark(31L * PAGE, 3L * PAGE);
        BitSet expected = pages(0, 1);
        expected.or(pages(31, 33));
        assertEquals(expected, marked());
        log.mark(511L * PAGE + PAGE - 1, 1);
        expected.set(511);
        assertEquals(expected, marked());
    }

    @Test
    void nothingWrittenMarksNothing() {
        log.mark(5L * PAGE, 0);
        assertEquals(new BitSet(), marked());
        assertFalse(log.takeMarked());
        log.mark(5L * PAGE, 1);
        assertTrue(log.takeMarked());
        assertFalse(log.takeMarked());
    }

    @Test
    void aLogThatEndsBeforeTheMemoryIsRefused() {
        assertTrue(log.covers(512L * PAGE));
        assertFalse(log.covers(512L * PAGE + 1));
        QueueMemory memory = QueueMemory.of(511L * PAGE, Arena.ofAuto().allocate(PAGE + 1));
        assertThrows(IllegalArgumentException.class, () -> memory.withLog(log));
    }

    @Test
    void aPackedQueueMarksItsRingAndWhatItFills() {
        HostileQueue memory = new HostileQueue(8);
        MemorySegment all = Arena.ofAuto().allocate(128, 8);
        QueueMemory logged =
                QueueMemory.of(HostileQueue.RAM, memory.ram()).withLog(new WriteLog(all));
        PackedDriver driver = new PackedDriver(memory, 8);
        DeviceQueue queue =
                driver.config(false, false).resume(logged, DataFlow.DEVICE_TO_DRIVER, 1 << 15);
        TakenChains chains = queue.chains(1);
        driver.offer(HostileQueue.WINDOW + 3L * PAGE + 100, 2L * PAGE, HostileQueue.WRITE, 0);
        assertTrue(queue.take(chains));
        int copied = chains.copyIn(0, 0, Arena.ofAuto().allocate(PAGE), 0, PAGE);
        queue.giveBack(0, copied);
        queue.publish();
        int ring = (int) (HostileQueue.RAM / PAGE);
        int filled = (int) (HostileQueue.WINDOW / PAGE) + 3;
        BitSet expected = pages(filled, filled + 1);
        expected.set(ring);
        assertEquals(expected, BitSet.valueOf(all.toArray(ValueLayout.JAVA_BYTE)));
    }
}
