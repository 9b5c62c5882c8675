package org.cofferdam.proxy.virtqueue;

import static org.cofferdam.proxy.virtqueue.HostileQueue.CLOSED;
import static org.cofferdam.proxy.virtqueue.HostileQueue.INDIRECT;
import static org.cofferdam.proxy.virtqueue.HostileQueue.NEXT;
import static org.cofferdam.proxy.virtqueue.HostileQueue.WINDOW;
import static org.cofferdam.proxy.virtqueue.HostileQueue.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packed layout: what it promises an honest driver, and what it refuses a dishonest one. */
final class PackedQueueTest {
    private static final int SIZE = 8;
    private static final int WRAP = 1 << 15;

    private final HostileQueue memory = new HostileQueue(SIZE);
    private final PackedDriver driver = new PackedDriver(memory, SIZE);

    @AfterEach
    void nothingElseWasTouched() {
        memory.assertNothingElseWasTouched();
    }

    private DeviceQueue start(boolean indirect, boolean eventIndex, DataFlow flow) {
        return driver.config(indirect, eventIndex).resume(memory.memory(), flow, WRAP);
    }

    private DeviceQueue start() {
        return start(true, false, DataFlow.DRIVER_TO_DEVICE);
    }

    @Test
    void chainsComeBackInTheirOrderThroughManyRounds() {
        DeviceQueue queue = start();
        TakenChains chains = queue.chains(SIZE);
        SplittableRandom random = new SplittableRandom(1);
        int nextId = 0;
        for (int round = 0; round < 1000; round++) {
            int length = 1 + random.nextInt(3);
            int id = nextId++ & 0xffff;
            for (int i = 0; i < length; i++) {
                driver.offer(WINDOW + 16L * i, 16, i + 1 < length ? NEXT : 0, id);
            }
            assertTrue(queue.take(chains));
            assertEquals(16L * length, chains.readableBytes(0));
            assertFalse(queue.take(chains));
            assertEquals(-1, driver.takeBack(length));
            queue.giveBack(chains.head(0), 0);
            chains.removeFirst();
            assertTrue(queue.publish());
            assertEquals(id, driver.takeBack(length));
        }
        assertEquals(1000, queue.chainsTaken());
    }

    /**
     * Section 2.8: a packed ring may have any number of descriptors. Chains of random lengths, several in flight, each
     * byte and id compared; each signal compared with the position that the driver asked for (2.8.10).
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 100, 256, 300, 1000})
    void aRingOfAnySizePassesItsChainsAndSignalsThroughManyRounds(int size) {
        PackedDriver peer = new PackedDriver(memory, size);
        DeviceQueue queue =
                peer.config(false, true).resume(memory.memory(), DataFlow.DRIVER_TO_DEVICE, WRAP);
        TakenChains chains = queue.chains(size);
        SplittableRandom random = new SplittableRandom(size);
        Deque<Integer> lengths = new ArrayDeque<>();
        MemorySegment copy = Arena.ofAuto().allocate(16);
        int offered = 0;
        int free = size;
        long signalled = 0;
        long returned = 0;
        for (int chain = 0; chain < 2000 + 3 * size; ) {
            while (free > 0 && random.nextInt(8) != 0) {
                int length = 1 + random.nextInt(Math.min(free, 4));
                memory.fill(WINDOW + 16L * (chain % 1000), 16, chain);
                for (int i = 0; i < length; i++) {
                    int flags = i + 1 < length ? NEXT : 0;
                    peer.offer(WINDOW + 16L * (chain % 1000), 16, flags, chain & 0xffff);
                }
                lengths.add(length);
                free -= length;
                chain++;
                offered++;
            }
            while (queue.take(chains)) {
                // All of them.
            }
            assertEquals(offered, chains.count());
            for (int i = 0; i < offered; i++) {
                assertEquals(16, chains.copyOut(i, 0, copy, 0, 16));
                assertEquals((byte) (chain - offered + i), copy.get(ValueLayout.JAVA_BYTE, 15));
            }
            // A position of the last round or the next one, at the start of a chain or not.
            long wish = returned + random.nextInt(-size / 2, size / 2 + 1);
            peer.wants(
                    PackedRing.EVENT_DESCRIPTOR,
                    Math.floorMod(wish, size) | (Math.floorDiv(wish, size) % 2 == 0 ? WRAP : 0));
            while (offered > 0 && random.nextInt(8) != 0) {
                int head = chains.head(0);
                assertEquals((chain - offered) & 0xffff, head);
                queue.giveBack(head, 0);
                chains.removeFirst();
                queue.publish();
                int length = lengths.remove();
                assertEquals(head, peer.takeBack(length));
                returned += length;
                free += length;
                offered--;
            }
            boolean due = wish >= signalled && wish < returned;
            assertEquals(due, queue.shouldSignal(), "at " + wish + " of " + returned);
            signalled = returned;
        }
        assertEquals(QueueError.NONE, queue.error());
    }

    @Test
    void whatWasReturnedTogetherIsSeenTogether() {
        DeviceQueue queue = start();
        TakenChains chains = queue.chains(SIZE);
        for (int i = 0; i < 3; i++) {
            driver.offer(WINDOW, 16, 0, i);
            assertTrue(queue.take(chains));
            queue.giveBack(i, 0);
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(PackedDriver.AVAILABLE, driver.flags(i), "before it is published");
        }
        queue.publish();
        for (int i = 0; i < 3; i++) {
            assertEquals(i, driver.takeBack(1));
        }
        assertFalse(queue.publish());
    }

    @Test
    void theDriverIsToldHowMuchWasWritten() {
        DeviceQueue queue = start(false, false, DataFlow.DEVICE_TO_DRIVER);
        TakenChains chains = queue.chains(1);
        driver.offer(WINDOW, 100, WRITE, 7);
        assertTrue(queue.take(chains));
        queue.giveBack(chains.head(0), 60);
        queue.publish();
        assertEquals(60, driver.length(0));
        assertEquals(WRITE, driver.flags(0) & WRITE);
        assertEquals(7, driver.takeBack(1));
    }

    @Test
    void anotherDeviceGoesOnBehindWhatWasReturned() {
        DeviceQueue first = start();
        TakenChains chains = first.chains(SIZE);
        for (int i = 0; i < 5; i++) {
            driver.offer(WINDOW, 16, 0, i);
            assertTrue(first.take(chains));
        }
        for (int i = 0; i < 3; i++) {
            first.giveBack(i, 0);
        }
        first.publish();
        DeviceQueue second =
                driver.config(true, false)
                        .resume(memory.memory(), DataFlow.DRIVER_TO_DEVICE, first.position());
        TakenChains again = second.chains(SIZE);
        assertTrue(second.take(again));
        assertEquals(3, again.head(0));
        assertTrue(second.take(again));
        assertFalse(second.take(again));
    }

    /** QEMU 10 says so of a ring that has turned many times. */
    @Test
    void aDeviceThatIsToldOfTheBeginningFindsItsPlaceByTheRing() {
        SplittableRandom random = new SplittableRandom(5);
        DeviceQueue queue = start();
        TakenChains chains = queue.chains(SIZE);
        int offered = 0;
        int back = 0;
        for (int round = 0; round < 2000; round++) {
            while (offered - back < SIZE && random.nextInt(3) != 0) {
                driver.offer(WINDOW, 16, 0, offered++ & 0xffff);
            }
            while (queue.take(chains) && random.nextBoolean()) {
                queue.giveBack(chains.head(0), 0);
                chains.removeFirst();
                queue.publish();
                assertEquals(back++ & 0xffff, driver.takeBack(1));
            }
            queue = start();
            chains = queue.chains(SIZE);
            assertEquals(back % SIZE, queue.position() >>> 16 & 0x7fff, "round " + round);
            assertEquals(back / SIZE % 2 == 0, (queue.position() >>> 31) != 0, "round " + round);
        }
        assertTrue(back > 1000);
    }

    @Test
    void whereTheRingDoesNotTellAQueueGoesOnAtItsBase() {
        DeviceQueue first = start();
        TakenChains chains = first.chains(SIZE);
        driver.offer(WINDOW, 16, NEXT, 0).offer(WINDOW, 16, 0, 0).offer(WINDOW, 16, 0, 1);
        driver.offer(WINDOW, 16, 0, 2);
        while (first.take(chains)) {
            first.giveBack(chains.head(0), 0);
            chains.removeFirst();
        }
        first.publish();
        assertEquals(WRAP, start().position() >>> 16);
    }

    @Test
    void anIndirectTableIsReadInItsOrder() {
        memory.descriptorAt(WINDOW, WINDOW + 0x100, 10, 0, 0)
                .descriptorAt(WINDOW + 16, WINDOW + 0x200, 20, 0, NEXT);
        driver.offer(WINDOW, 32, INDIRECT, 3);
        DeviceQueue queue = start();
        TakenChains chains = queue.chains(1);
        assertTrue(queue.take(chains));
        assertEquals(30, chains.readableBytes(0));
        queue.giveBack(3, 0);
        queue.publish();
        assertEquals(3, driver.takeBack(1));
    }

    @Test
    void withoutAWordOfWhenEachReturnIsSignalled() {
        DeviceQueue queue = start();
        passOne(queue);
        assertTrue(queue.shouldSignal());
        assertFalse(queue.shouldSignal());
        driver.wants(PackedRing.EVENT_DISABLE, 0);
        passOne(queue);
        assertFalse(queue.shouldSignal());
    }

    /** Section 2.8.10: the driver names a position; the signal comes when it is passed, in whichever round. */
    @Test
    void theSignalComesAtThePositionThatTheDriverNamed() {
        DeviceQueue queue = start(false, true, DataFlow.DRIVER_TO_DEVICE);
        for (int round = 0; round < 5 * SIZE; round++) {
            int at = (round + 2) % SIZE;
            boolean wrap = (round + 2) / SIZE % 2 == 0;
            driver.wants(PackedRing.EVENT_DESCRIPTOR, at | (wrap ? WRAP : 0));
            passOne(queue);
            assertFalse(queue.shouldSignal(), "round " + round);
            boolean due = round % SIZE == 3;
            if (due) {
                boolean now = round / SIZE % 2 == 0;
                driver.wants(PackedRing.EVENT_DESCRIPTOR, 4 | (now ? WRAP : 0));
                passOne(queue);
                assertTrue(queue.shouldSignal(), "round " + round);
                round++;
            }
        }
    }

    @Test
    void beforeSleepingTheDeviceSaysWhereItWantsAKickAndLooksOnceMore() {
        DeviceQueue queue = start(false, true, DataFlow.DRIVER_TO_DEVICE);
        passOne(queue);
        assertFalse(queue.enableNotifications());
        assertEquals(PackedRing.EVENT_DESCRIPTOR, driver.deviceWants());
        assertEquals(1 | WRAP, driver.deviceWantsAt());
        driver.offer(WINDOW, 16, 0, 0);
        assertTrue(queue.enableNotifications());
        queue.disableNotifications();
        assertEquals(PackedRing.EVENT_DISABLE, driver.deviceWants());
    }

    private void passOne(DeviceQueue queue) {
        TakenChains chains = queue.chains(1);
        driver.offer(WINDOW, 16, 0, 0);
        assertTrue(queue.take(chains));
        queue.giveBack(0, 0);
        assertTrue(queue.publish());
        assertEquals(0, driver.takeBack(1));
    }

    @Test
    void aChainLongerThanTheRingIsRefused() {
        for (int i = 0; i < SIZE; i++) {
            driver.offer(WINDOW, 16, NEXT, 0);
        }
        assertRefused(start(), QueueError.CHAIN_TOO_LONG);
    }

    /** A driver that shows what the device still holds as new. */
    @Test
    void aChainThatReachesIntoWhatIsInFlightIsRefused() {
        DeviceQueue queue = start();
        TakenChains chains = queue.chains(SIZE);
        for (int i = 0; i < SIZE; i++) {
            driver.offer(WINDOW, 16, 0, i);
            assertTrue(queue.take(chains));
        }
        driver.offer(WINDOW, 16, 0, 0);
        assertFalse(queue.take(queue.chains(1)));
        assertEquals(QueueError.CHAIN_TOO_LONG, queue.error());
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 2, 0, BUFFER_OUTSIDE",
        "-9223372036854775808, 16, 0, BUFFER_OUTSIDE",
        "0, 16, 0, BUFFER_OUTSIDE",
        "WINDOW, 0, 0, ZERO_LENGTH",
        "WINDOW, 4294967295, 0, BUFFER_OUTSIDE",
        "CLOSED, 16, 0, BUFFER_OUTSIDE",
        "WINDOW, 16, 2, WRONG_DIRECTION",
        "WINDOW, 17, 4, INDIRECT_TABLE_SIZE",
        "WINDOW, 0, 4, INDIRECT_TABLE_SIZE",
        "CLOSED, 16, 4, BUFFER_OUTSIDE",
        "WINDOW, 16, 5, INDIRECT_WITH_NEXT",
        "WINDOW, 144, 4, CHAIN_TOO_LONG"
    })
    void aDescriptorThatCannotBeIsRefused(
            String address, long length, int flags, QueueError error) {
        long at =
                switch (address) {
                    case "WINDOW" -> WINDOW;
                    case "CLOSED" -> CLOSED;
                    default -> Long.parseLong(address);
                };
        driver.offer(at, length, flags, 0);
        assertRefused(start(), error);
    }

    @Test
    void anIndirectDescriptorNeedsTheFeatureAndMustNotBeNested() {
        driver.offer(WINDOW, 16, INDIRECT, 0);
        assertRefused(
                start(false, false, DataFlow.DRIVER_TO_DEVICE), QueueError.INDIRECT_NOT_NEGOTIATED);
        memory.descriptorAt(WINDOW, WINDOW + 0x100, 16, 0, INDIRECT);
        assertRefused(start(), QueueError.INDIRECT_NESTED);
    }

    @Test
    void anIndirectDescriptorInsideAChainIsRefused() {
        driver.offer(WINDOW, 16, NEXT, 0).offer(WINDOW, 16, INDIRECT, 0);
        assertRefused(start(), QueueError.INDIRECT_WITH_NEXT);
    }

    private static void assertRefused(DeviceQueue queue, QueueError error) {
        TakenChains chains = queue.chains(1);
        assertFalse(queue.take(chains));
        assertEquals(error, queue.error());
        assertEquals(0, chains.count());
        assertFalse(queue.enableNotifications());
    }

    /** Section 2.7: only a split ring's size is a power of two. */
    @ParameterizedTest
    @CsvSource({"0, false, false", "3, false, true", "32768, true, true", "32769, false, false"})
    void aSizeIsAllowedByTheLayout(int size, boolean split, boolean packed) {
        assertEquals(split, QueueConfig.Layout.SPLIT.allows(size));
        assertEquals(packed, QueueConfig.Layout.PACKED.allows(size));
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, SIZE | WRAP, 0x7fff})
    void aPositionOutsideTheRingIsRefused(int position) {
        QueueConfig config = driver.config(false, false);
        assertThrows(
                IllegalArgumentException.class,
                () -> config.resume(memory.memory(), DataFlow.BOTH, position));
    }

    /** Random descriptors under random flags: whatever comes of it, no byte elsewhere is touched. */
    @Test
    void nothingComesOfNonsenseButARefusal() {
        for (int seed = 0; seed < 20_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            DeviceQueue queue =
                    driver.config(random.nextBoolean(), random.nextBoolean())
                            .resume(
                                    memory.memory(),
                                    DataFlow.BOTH,
                                    random.nextInt(SIZE) | (random.nextBoolean() ? WRAP : 0));
            TakenChains chains = queue.chains(SIZE);
            for (int step = 0; step < 4; step++) {
                for (int i = 0; i < SIZE; i++) {
                    long address =
                            random.nextInt(8) == 0
                                    ? random.nextLong()
                                    : WINDOW + random.nextInt(0x1000);
                    long length = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(256);
                    int flags =
                            random.nextInt(8)
                                    | (random.nextBoolean() ? PackedDriver.AVAILABLE : 0)
                                    | (random.nextBoolean() ? PackedDriver.USED : 0);
                    driver.put(i, address, length, flags, random.nextInt(0x10000));
                }
                driver.wants(random.nextInt(4), random.nextInt(0x10000));
                while (queue.take(chains)) {
                    // As many as there seem to be.
                }
                while (chains.count() > 0 && random.nextInt(4) != 0) {
                    queue.giveBack(chains.head(0), (int) Math.min(9, chains.writableBytes(0)));
                    chains.removeFirst();
                }
                queue.publish();
                queue.shouldSignal();
                queue.enableNotifications();
            }
        }
    }
}
