package org.cofferdam.proxy.virtqueue;

import static org.cofferdam.proxy.virtqueue.HostileQueue.NEXT;
import static org.cofferdam.proxy.virtqueue.HostileQueue.WINDOW;
import static org.cofferdam.proxy.virtqueue.HostileQueue.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.cofferdam.libos.ring.DriverRing;
import org.cofferdam.libos.ring.RingError;
import org.cofferdam.libos.ring.RingPlace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an honest driver may rely on. */
class SplitQueueTest {
    private static final int SIZE = 16;

    private final HostileQueue driver = new HostileQueue(SIZE);

    @Test
    void bytesOfAChainAreOneRunHoweverItIsCut() {
        driver.fill(WINDOW, 10, 'a').fill(WINDOW + 100, 5, 'b').fill(WINDOW + 200, 1, 'c');
        driver.descriptor(0, WINDOW, 10, NEXT, 7)
                .descriptor(7, WINDOW + 100, 5, NEXT, 3)
                .descriptor(3, WINDOW + 200, 1, 0, 0)
                .offer(0);
        SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE);
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        byte[] target = new byte[20];
        assertEquals(9, chains.copyOut(0, 7, MemorySegment.ofArray(target), 0, 20));
        assertEquals("aaabbbbbc", new String(target, 0, 9, StandardCharsets.US_ASCII));
    }

    @Test
    void writtenBytesFillTheWritablePartInOrder() {
        driver.descriptor(0, WINDOW, 4, NEXT, 1)
                .descriptor(1, WINDOW + 100, 3, WRITE | NEXT, 2)
                .descriptor(2, WINDOW + 200, 3, WRITE, 0)
                .offer(0);
        SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.BOTH);
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        assertEquals(4, chains.readableBytes(0));
        assertEquals(6, chains.writableBytes(0));
        MemorySegment source = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7});
        assertEquals(6, chains.copyIn(0, 0, source, 0, 7));
        assertEquals(0, driver.byteAt(WINDOW));
        assertEquals(3, driver.byteAt(WINDOW + 102));
        assertEquals(0, driver.byteAt(WINDOW + 103));
        assertEquals(6, driver.byteAt(WINDOW + 202));
        driver.assertNothingElseWasTouched();
    }

    @Test
    void usedEntriesAppearOnlyWhenPublished() {
        driver.descriptor(4, WINDOW, 4, WRITE, 0).offer(4);
        SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.DEVICE_TO_DRIVER);
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        queue.giveBack(chains.head(0), 3);
        assertEquals(0, driver.usedIndex());
        assertTrue(queue.publish());
        assertEquals(1, driver.usedIndex());
        assertEquals(4, driver.usedId(0));
        assertEquals(3, driver.usedLength(0));
        assertFalse(queue.publish());
    }

    @Test
    void theDriversFlagSilencesSignals() {
        driver.descriptor(0, WINDOW, 4, 0, 0).offer(0).offer(0);
        SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE);
        returnOne(queue);
        assertTrue(queue.shouldSignal());
        assertFalse(queue.shouldSignal(), "nothing was published since");
        driver.availableFlags(1);
        returnOne(queue);
        assertFalse(queue.shouldSignal());
    }

    @Test
    void anEventIndexAsksForOneSignalWhenItIsPassed() {
        for (int i = 0; i < 4; i++) {
            driver.descriptor(0, WINDOW, 4, 0, 0).offer(0);
        }
        driver.usedEvent(2);
        SplitQueue queue =
                driver.config(false, true).activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE);
        returnOne(queue);
        assertFalse(queue.shouldSignal());
        returnOne(queue);
        assertFalse(queue.shouldSignal());
        returnOne(queue);
        assertTrue(queue.shouldSignal());
        returnOne(queue);
        assertFalse(queue.shouldSignal());
    }

    @Test
    void theDeviceLooksOnceMoreAfterAskingForKicks() {
        SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE);
        queue.disableNotifications();
        assertEquals(1, driver.usedFlags());
        assertEquals(0, queue.pending());
        // Here the driver offers, sees that no kick is wanted, and does not kick.
        driver.descriptor(0, WINDOW, 4, 0, 0).offer(0);
        assertTrue(
                queue.enableNotifications(),
                "the chain must be seen, or the device sleeps over it");
        assertEquals(0, driver.usedFlags());
    }

    @Test
    @Timeout(60)
    void noChainIsSleptOver() throws InterruptedException {
        MemorySegment memory = Arena.ofAuto().allocate(8192, 4096);
        RingPlace place = RingPlace.packed(4, 0);
        DriverRing ring = new DriverRing(memory, place);
        SplitQueue queue = activate(memory, place);
        Semaphore kicks = new Semaphore(0);
        Semaphore signals = new Semaphore(0);
        int rounds = 10_000;
        Thread device =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    TakenChains chains = queue.chains(1);
                                    for (int done = 0; done < rounds; ) {
                                        queue.disableNotifications();
                                        while (queue.take(chains)) {
                                            queue.giveBack(chains.head(0), 0);
                                            chains.clear();
                                            done++;
                                        }
                                        queue.publish();
                                        if (queue.shouldSignal()) {
                                            signals.release();
                                        }
                                        if (done < rounds && !queue.enableNotifications()) {
                                            kicks.acquireUninterruptibly();
                                        }
                                    }
                                });
        int returned = 0;
        for (int offered = 0; returned < rounds; ) {
            while (offered < rounds && ring.offer(4096, 8, false, 1)) {
                offered++;
            }
            ring.publish();
            if (ring.shouldKick()) {
                kicks.release();
            }
            ring.wantSignals(true);
            int back = 0;
            while (ring.poll() != DriverRing.NOTHING) {
                back++;
            }
            if (back == 0) {
                assertTrue(
                        signals.tryAcquire(30, TimeUnit.SECONDS),
                        "slept over a chain after " + returned);
            }
            returned += back;
        }
        device.join();
        assertEquals(RingError.NONE, ring.error());
        assertEquals(QueueError.NONE, queue.error());
    }

    @Test
    @Timeout(60)
    void theUsedIndexIsNeverSeenTorn() throws InterruptedException {
        MemorySegment memory = Arena.ofAuto().allocate(1 << 16, 4096);
        RingPlace place = RingPlace.packed(256, 0);
        DriverRing ring = new DriverRing(memory, place);
        SplitQueue queue = activate(memory, place);
        // More than twice around the 16-bit index, so that both of its bytes change many times.
        int rounds = 150_000;
        Thread device =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    TakenChains chains = queue.chains(1);
                                    for (int done = 0;
                                            done < rounds && queue.error() == QueueError.NONE; ) {
                                        if (queue.take(chains)) {
                                            queue.giveBack(chains.head(0), 0);
                                            chains.clear();
                                            queue.publish();
                                            done++;
                                        } else {
                                            Thread.onSpinWait();
                                        }
                                    }
                                });
        int returned = 0;
        for (int offered = 0; returned < rounds && ring.error() == RingError.NONE; ) {
            while (offered < rounds && ring.offer(40_000, 8, false, offered & 0xffff)) {
                offered++;
            }
            ring.publish();
            int token = ring.poll();
            if (token == DriverRing.NOTHING) {
                Thread.onSpinWait();
            } else {
                assertEquals(returned & 0xffff, token);
                returned++;
            }
        }
        device.join();
        assertEquals(RingError.NONE, ring.error());
        assertEquals(QueueError.NONE, queue.error());
    }

    @Test
    @Timeout(60)
    void aDescriptorThatChangesUnderTheCheckIsEitherTakenWholeOrRefused()
            throws InterruptedException {
        driver.fill(WINDOW, 64, 'w');
        driver.descriptor(0, WINDOW, 64, 0, 0).availableEntry(0, 0).availableIndex(1);
        Thread liar =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!Thread.currentThread().isInterrupted()) {
                                        driver.descriptor(
                                                0, HostileQueue.CLOSED, 0xffff_ffffL, 0, 0);
                                        driver.descriptor(0, WINDOW, 64, 0, 0);
                                    }
                                });
        byte[] bytes = new byte[64];
        MemorySegment target = MemorySegment.ofArray(bytes);
        int taken = 0;
        for (int i = 0; i < 50_000; i++) {
            SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE);
            TakenChains chains = queue.chains(1);
            if (queue.take(chains)) {
                taken++;
                assertEquals(64, chains.copyOut(0, 0, target, 0, 64));
                assertEquals('w', bytes[63]);
            } else {
                assertEquals(QueueError.BUFFER_OUTSIDE, queue.error());
            }
        }
        liar.interrupt();
        liar.join();
        assertTrue(taken > 0);
    }

    @Test
    void manyChainsAheadKeepTheirOrderAndBytes() {
        for (int i = 0; i < SIZE; i++) {
            driver.fill(WINDOW + 64L * i, 64, i).descriptor(i, WINDOW + 64L * i, 64, 0, 0).offer(i);
        }
        SplitQueue queue = driver.config().activate(driver.memory(), DataFlow.DRIVER_TO_DEVICE);
        TakenChains chains = queue.chains(SIZE);
        MemorySegment target = MemorySegment.ofArray(new byte[64]);
        for (int i = 0; i < SIZE; i++) {
            assertTrue(queue.take(chains));
        }
        for (int i = 0; i < SIZE; i++) {
            assertEquals(i, chains.head(0));
            chains.copyOut(0, 0, target, 0, 64);
            assertEquals(i, target.get(ValueLayout.JAVA_BYTE, 63));
            chains.removeFirst();
        }
        assertEquals(0, chains.count());
    }

    private static void returnOne(SplitQueue queue) {
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        queue.giveBack(chains.head(0), 0);
        queue.publish();
    }

    private static SplitQueue activate(MemorySegment memory, RingPlace place) {
        return QueueConfig.plain(place.size(), place.descriptors(), place.available(), place.used())
                .activate(QueueMemory.of(0, memory), DataFlow.DRIVER_TO_DEVICE);
    }
}
