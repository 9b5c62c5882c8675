package org.cofferdam.proxy.virtqueue;

import static org.cofferdam.proxy.virtqueue.HostileQueue.WINDOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a queue keeps for its next device is enough for it to go on, wherever the one before was ended. */
final class InflightRegionTest {
    private static final int SIZE = 8;
    private static final int WRAP = 1 << 15;
    private static final long USED = 16;

    private final HostileQueue memory = new HostileQueue(SIZE);
    private final PackedDriver driver = new PackedDriver(memory, SIZE);
    private final MemorySegment bytes =
            Arena.ofAuto().allocate(InflightRegion.bytes(QueueConfig.Layout.PACKED, SIZE), 64);

    private DeviceQueue packed(int base) {
        return driver.config(true, false)
                .resume(
                        memory.memory(),
                        DataFlow.DRIVER_TO_DEVICE,
                        base,
                        new InflightRegion(bytes));
    }

    private static void pass(DeviceQueue queue, int id) {
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        assertEquals(id, chains.head(0));
        queue.giveBack(id, 0);
        queue.publish();
    }

    @Test
    void aPackedQueueGoesOnWithoutAWordOfWhere() {
        SplittableRandom random = new SplittableRandom(7);
        DeviceQueue queue = packed(WRAP);
        for (int id = 0; id < 1000; id++) {
            if (random.nextInt(3) == 0) {
                // Another process; the front end says what it said when the queue was new.
                queue = packed(WRAP);
            }
            driver.offer(WINDOW, 16, 0, id);
            pass(queue, id);
            assertEquals(id, driver.takeBack(1));
        }
    }

    @Test
    void aBatchThatWasAnnouncedAndNotReturnedIsTakenOnceMore() {
        DeviceQueue queue = packed(WRAP);
        driver.offer(WINDOW, 16, 0, 0).offer(WINDOW, 16, 0, 1);
        pass(queue, 0);
        // As it is between the announcement of the second chain and its return.
        new InflightRegion(bytes).returning(1 | WRAP, 2 | WRAP);
        pass(packed(WRAP), 1);
    }

    @Test
    void aBatchThatWasReturnedIsNotTakenAgain() {
        DeviceQueue queue = packed(WRAP);
        driver.offer(WINDOW, 16, 0, 0).offer(WINDOW, 16, 0, 1).offer(WINDOW, 16, 0, 2);
        pass(queue, 0);
        pass(queue, 1);
        // As it is when the second chain was returned and the word that it was is missing.
        new InflightRegion(bytes).returning(1 | WRAP, 2 | WRAP);
        pass(packed(WRAP), 2);
    }

    @Test
    void whatIsNoWordOfThisQueueIsPassedOver() {
        driver.offer(WINDOW, 16, 0, 5);
        packed(WRAP);
        for (long rubbish : new long[] {-1, 0x7fff_7fffL, SIZE, SIZE << 16}) {
            bytes.set(ValueLayout.JAVA_LONG, USED, rubbish);
            assertEquals(WRAP, packed(WRAP).position() & 0xffff);
        }
        bytes.fill((byte) 0xff);
        pass(packed(WRAP), 5);
    }

    @Test
    void aSplitQueueKeepsItsUsedIndexThere() {
        MemorySegment part =
                Arena.ofAuto().allocate(InflightRegion.bytes(QueueConfig.Layout.SPLIT, SIZE), 64);
        HostileQueue split = new HostileQueue(SIZE);
        DeviceQueue queue =
                split.config()
                        .resume(
                                split.memory(),
                                DataFlow.DRIVER_TO_DEVICE,
                                0,
                                new InflightRegion(part));
        split.descriptor(0, WINDOW, 16, 0, 0).offer(0);
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        queue.giveBack(0, 0);
        queue.publish();
        assertEquals(1, part.get(ValueLayout.JAVA_SHORT, 8), "version");
        assertEquals(SIZE, part.get(ValueLayout.JAVA_SHORT, 10), "descriptors");
        assertEquals(1, part.get(ValueLayout.JAVA_SHORT, 14), "used index");
    }
}
