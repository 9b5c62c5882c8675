package org.cofferdam.proxy.virtqueue;

import static org.cofferdam.proxy.virtqueue.HostileQueue.CLOSED;
import static org.cofferdam.proxy.virtqueue.HostileQueue.END;
import static org.cofferdam.proxy.virtqueue.HostileQueue.INDIRECT;
import static org.cofferdam.proxy.virtqueue.HostileQueue.NEXT;
import static org.cofferdam.proxy.virtqueue.HostileQueue.RAM;
import static org.cofferdam.proxy.virtqueue.HostileQueue.WINDOW;
import static org.cofferdam.proxy.virtqueue.HostileQueue.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bugs that queues have had elsewhere, one by one. */
class QueueBugsTest {
    private static final int SIZE = 16;

    private final HostileQueue driver = new HostileQueue(SIZE);

    @AfterEach
    void nothingElseWasTouched() {
        driver.assertNothingElseWasTouched();
    }

    @Test
    void anAvailableIndexThatJumpsBeyondTheQueueIsRefused() {
        driver.availableIndex(SIZE + 1);
        assertRefused(QueueError.AVAIL_INDEX_JUMP, SIZE + 1);
    }

    @Test
    void anAvailableIndexThatGoesBackIsRefused() {
        driver.availableIndex(0xffff);
        assertRefused(QueueError.AVAIL_INDEX_JUMP, 0xffff);
    }

    @Test
    void aFullQueueIsNoJump() {
        driver.descriptor(0, WINDOW, 1, 0, 0).availableIndex(SIZE);
        SplitQueue queue = start(false);
        TakenChains chains = queue.chains(SIZE);
        for (int i = 0; i < SIZE; i++) {
            assertTrue(queue.take(chains));
        }
        assertFalse(queue.take(chains));
        assertEquals(QueueError.NONE, queue.error());
    }

    @Test
    void chainsInFlightCountAgainstTheJump() {
        driver.descriptor(0, WINDOW, 1, 0, 0).offer(0);
        SplitQueue queue = start(false);
        TakenChains chains = queue.chains(SIZE);
        assertTrue(queue.take(chains));
        driver.availableIndex(SIZE + 1);
        assertFalse(queue.take(chains));
        assertEquals(QueueError.AVAIL_INDEX_JUMP, queue.error());
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, SIZE + 1, 0x7fff, 0x8000, 0xffff})
    void aHeadOutsideTheTableIsRefused(int head) {
        driver.offer(head);
        assertRefused(QueueError.HEAD_OUT_OF_RANGE, head);
    }

    @Test
    void aNextOutsideTheTableIsRefused() {
        driver.descriptor(3, WINDOW, 1, NEXT, SIZE).offer(3);
        assertRefused(QueueError.NEXT_OUT_OF_RANGE, 3);
    }

    @Test
    void aDescriptorThatIsItsOwnSuccessorIsRefused() {
        driver.descriptor(5, WINDOW, 1, NEXT, 5).offer(5);
        assertRefused(QueueError.CHAIN_TOO_LONG, 5);
    }

    @Test
    void aLoopOverTheWholeTableIsRefused() {
        for (int i = 0; i < SIZE; i++) {
            driver.descriptor(i, WINDOW, 1, NEXT, (i + 1) % SIZE);
        }
        driver.offer(0);
        assertRefused(QueueError.CHAIN_TOO_LONG, 0);
    }

    @Test
    void aChainAsLongAsTheQueueIsTaken() {
        for (int i = 0; i < SIZE; i++) {
            driver.descriptor(i, WINDOW + i, 1, i + 1 < SIZE ? NEXT : 0, i + 1);
        }
        driver.offer(0);
        SplitQueue queue = start(false);
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        assertEquals(SIZE, chains.readableBytes(0));
    }

    @Test
    void anAddressThatOverflowsWithItsLengthIsRefused() {
        driver.descriptor(0, -1L, 2, 0, 0).offer(0);
        assertRefused(QueueError.BUFFER_OUTSIDE, 0);
    }

    @Test
    void everyAddressNearTheTopOfTheAddressSpaceIsRefused() {
        for (long address :
                new long[] {
                    Long.MIN_VALUE,
                    Long.MAX_VALUE,
                    -WINDOW,
                    WINDOW + Long.MIN_VALUE,
                    WINDOW - 0x1_0000_0000L
                }) {
            HostileQueue one =
                    new HostileQueue(SIZE).descriptor(0, address, 0xffff_ffffL, 0, 0).offer(0);
            SplitQueue queue = one.config().activate(one.memory(), DataFlow.DRIVER_TO_DEVICE);
            assertFalse(queue.take(queue.chains(1)));
            assertEquals(QueueError.BUFFER_OUTSIDE, queue.error());
        }
    }

    @Test
    void aBufferUpToTheLastByteIsTakenAndOneByteMoreIsRefused() {
        driver.descriptor(0, END - 64, 64, 0, 0)
                .offer(0)
                .descriptor(1, END - 64, 65, 0, 0)
                .offer(1);
        SplitQueue queue = start(false);
        TakenChains chains = queue.chains(2);
        assertTrue(queue.take(chains));
        assertFalse(queue.take(chains));
        assertEquals(QueueError.BUFFER_OUTSIDE, queue.error());
        assertEquals(1, queue.errorHead());
    }

    @Test
    void aBufferOneByteBeforeTheWindowIsRefused() {
        driver.descriptor(0, WINDOW - 1, 2, 0, 0).offer(0);
        assertRefused(QueueError.BUFFER_OUTSIDE, 0);
    }

    @Test
    void aBufferInTheRingsThemselvesIsRefused() {
        driver.descriptor(0, RAM, 16, 0, 0).offer(0);
        assertRefused(QueueError.BUFFER_OUTSIDE, 0);
    }

    @Test
    void aBufferThatBeginsRightBehindTheMemoryIsRefused() {
        driver.descriptor(0, END, 1, 0, 0).offer(0);
        assertRefused(QueueError.BUFFER_OUTSIDE, 0);
    }

    @Test
    void aChainOfMoreThanFourGigabytesIsRefused(@TempDir Path folder) throws IOException {
        // A gigabyte of address space that is never touched, four times in one chain, and then one
        // byte.
        long big = 1L << 30;
        try (Arena arena = Arena.ofConfined();
                FileChannel file =
                        FileChannel.open(
                                folder.resolve("sparse"),
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
            MemorySegment sparse = file.map(FileChannel.MapMode.READ_WRITE, 0, big, arena);
            for (int i = 0; i < 5; i++) {
                driver.descriptor(i, 1L << 32, i < 4 ? big : 1, i < 4 ? NEXT : 0, i + 1);
            }
            driver.offer(0);
            QueueMemory memory =
                    QueueMemory.of(
                            List.of(
                                    new QueueMemory.Region(RAM, driver.ram()),
                                    new QueueMemory.Region(1L << 32, sparse)));
            SplitQueue queue = driver.config().activate(memory, DataFlow.DRIVER_TO_DEVICE);
            assertFalse(queue.take(queue.chains(1)));
            assertEquals(QueueError.CHAIN_TOO_BIG, queue.error());
        }
    }

    @Test
    void aDescriptorOfNoBytesIsRefused() {
        driver.descriptor(0, WINDOW, 0, 0, 0).offer(0);
        assertRefused(QueueError.ZERO_LENGTH, 0);
    }

    @Test
    void aWritableDescriptorInATransmitQueueIsRefused() {
        driver.descriptor(0, WINDOW, 16, WRITE, 0).offer(0);
        assertRefused(QueueError.WRONG_DIRECTION, 0);
    }

    @Test
    void aReadableDescriptorInAReceiveQueueIsRefused() {
        driver.descriptor(0, WINDOW, 16, 0, 0).offer(0);
        SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.DEVICE_TO_DRIVER);
        assertFalse(queue.take(queue.chains(1)));
        assertEquals(QueueError.WRONG_DIRECTION, queue.error());
    }

    @Test
    void aReadableDescriptorBehindAWritableOneIsRefused() {
        driver.descriptor(0, WINDOW, 16, WRITE | NEXT, 1).descriptor(1, WINDOW, 16, 0, 0).offer(0);
        SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.BOTH);
        assertFalse(queue.take(queue.chains(1)));
        assertEquals(QueueError.READABLE_AFTER_WRITABLE, queue.error());
    }

    @Test
    void anIndirectDescriptorIsRefusedUnlessNegotiated() {
        driver.descriptor(0, WINDOW, 16, INDIRECT, 0).offer(0);
        assertRefused(QueueError.INDIRECT_NOT_NEGOTIATED, 0);
    }

    @Test
    void anIndirectDescriptorInsideAnIndirectTableIsRefused() {
        driver.descriptorAt(WINDOW, WINDOW, 16, INDIRECT, 0)
                .descriptor(0, WINDOW, 16, INDIRECT, 0)
                .offer(0);
        assertRefusedWithIndirect(QueueError.INDIRECT_NESTED);
    }

    @Test
    void anIndirectDescriptorThatGoesOnIsRefused() {
        driver.descriptor(0, WINDOW, 16, INDIRECT | NEXT, 1).offer(0);
        assertRefusedWithIndirect(QueueError.INDIRECT_WITH_NEXT);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 17, 0xffff_ffffL})
    void anIndirectTableThatIsNotAWholeNumberOfDescriptorsIsRefused(long bytes) {
        driver.descriptor(0, WINDOW, bytes, INDIRECT, 0).offer(0);
        assertRefusedWithIndirect(QueueError.INDIRECT_TABLE_SIZE);
    }

    @Test
    void anIndirectTableOutsideTheWindowIsRefused() {
        driver.descriptor(0, END - 16, 32, INDIRECT, 0).offer(0);
        assertRefusedWithIndirect(QueueError.BUFFER_OUTSIDE);
    }

    @Test
    void aNextOutsideAnIndirectTableIsRefused() {
        driver.descriptorAt(WINDOW, WINDOW, 16, NEXT, 1)
                .descriptor(0, WINDOW, 16, INDIRECT, 0)
                .offer(0);
        assertRefusedWithIndirect(QueueError.NEXT_OUT_OF_RANGE);
    }

    @Test
    void aLoopInsideAnIndirectTableIsRefused() {
        driver.descriptorAt(WINDOW, WINDOW, 16, NEXT, 0)
                .descriptor(0, WINDOW, 16, INDIRECT, 0)
                .offer(0);
        assertRefusedWithIndirect(QueueError.CHAIN_TOO_LONG);
    }

    @Test
    void anIndirectTableBehindADescriptorIsTaken() {
        driver.descriptor(0, WINDOW + 64, 10, NEXT, 1)
                .descriptor(1, WINDOW, 32, INDIRECT | WRITE, 0)
                .descriptorAt(WINDOW, WINDOW + 128, 20, NEXT, 1)
                .descriptorAt(WINDOW + 16, WINDOW + 256, 30, 0, 0)
                .offer(0);
        SplitQueue queue =
                driver.config(true, false).activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE);
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        assertEquals(60, chains.readableBytes(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 3, 12, 65536, 65535, Integer.MIN_VALUE})
    void aQueueSizeThatIsNoPowerOfTwoIsRefused(int size) {
        assertThrows(IllegalArgumentException.class, () -> QueueConfig.plain(size, 0, 0, 0));
    }

    @Test
    void ringsMustBeAligned() {
        assertThrows(IllegalArgumentException.class, () -> QueueConfig.plain(16, 8, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> QueueConfig.plain(16, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> QueueConfig.plain(16, 0, 0, 2));
        assertThrows(IllegalArgumentException.class, () -> QueueConfig.plain(16, -16, 0, 0));
    }

    @Test
    void ringsMustLieInTheMemory() {
        QueueConfig beyond = QueueConfig.plain(SIZE, END - 16, RAM, RAM);
        assertThrows(
                IllegalArgumentException.class,
                () -> beyond.activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE));
        QueueConfig before = QueueConfig.plain(SIZE, 0, RAM, RAM);
        assertThrows(
                IllegalArgumentException.class,
                () -> before.activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE));
        QueueConfig far = QueueConfig.plain(SIZE, RAM, RAM, Long.MAX_VALUE - 3);
        assertThrows(
                IllegalArgumentException.class,
                () -> far.activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE));
    }

    @Test
    void whatIsWrittenAfterTheCheckIsNotUsed() {
        driver.fill(WINDOW, 16, 'a').fill(CLOSED, 16, 0xa5);
        driver.descriptor(0, WINDOW, 16, 0, 0).offer(0);
        SplitQueue queue = start(false);
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));

        driver.descriptor(0, CLOSED, 0xffff, NEXT, 9);

        MemorySegment target = MemorySegment.ofArray(new byte[32]);
        assertEquals(16, chains.copyOut(0, 0, target, 0, 32));
        assertEquals('a', target.get(ValueLayout.JAVA_BYTE, 15));
        assertEquals(0, target.get(ValueLayout.JAVA_BYTE, 16));
    }

    @Test
    void aRefusedQueueStaysRefusedWithItsFirstReason() {
        driver.offer(SIZE);
        SplitQueue queue = start(false);
        TakenChains chains = queue.chains(1);
        assertFalse(queue.take(chains));
        driver.availableIndex(77).descriptor(0, WINDOW, 1, 0, 0);
        assertFalse(queue.take(chains));
        assertEquals(0, queue.pending());
        assertFalse(queue.enableNotifications());
        assertEquals(QueueError.HEAD_OUT_OF_RANGE, queue.error());
    }

    @Test
    void regionsThatCannotBeAreRefused() {
        MemorySegment page = Arena.ofAuto().allocate(4096);
        assertThrows(IllegalArgumentException.class, () -> QueueMemory.of(-4096, page));
        assertThrows(
                IllegalArgumentException.class, () -> QueueMemory.of(Long.MAX_VALUE - 4095, page));
        assertThrows(
                IllegalArgumentException.class,
                () -> QueueMemory.of(0, page).withBufferWindow(1, 4096));
    }

    @Test
    void aBufferAcrossTwoRegionsIsRefused() {
        MemorySegment page = Arena.ofAuto().allocate(8192, 4096);
        QueueMemory memory =
                QueueMemory.of(
                        List.of(
                                new QueueMemory.Region(0, page.asSlice(0, 4096)),
                                new QueueMemory.Region(4096, page.asSlice(4096, 4096))));
        assertEquals(-1, memory.windowOf(4095, 2));
        assertEquals(0, memory.windowOf(4095, 1));
        assertEquals(1, memory.windowOf(4096, 4096));
    }

    private SplitQueue start(boolean indirect) {
        return driver.config(indirect, false).activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE);
    }

    private void assertRefused(QueueError reason, int head) {
        SplitQueue queue = start(false);
        assertFalse(queue.take(queue.chains(1)));
        assertEquals(reason, queue.error());
        assertEquals(head, queue.errorHead());
    }

    private void assertRefusedWithIndirect(QueueError reason) {
        SplitQueue queue = start(true);
        assertFalse(queue.take(queue.chains(1)));
        assertEquals(reason, queue.error());
    }
}
