package org.cofferdam.proxy.virtqueue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A driver that writes random but well-aimed nonsense, and a device that works on it as ports do. Nothing may come of
 * it but a refusal, and no byte outside the window and the used ring may change. Each round's seed is in the message of
 * a failure.
 */
class SplitQueueFuzzTest {
    private static final int ROUNDS = 30_000;
    private static final int SIZE = 8;
    private static final DataFlow[] FLOWS = DataFlow.values();
    private static final long[] EDGES = {
        0,
        1,
        -1,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        HostileQueue.RAM,
        HostileQueue.CLOSED,
        HostileQueue.WINDOW,
        HostileQueue.WINDOW - 1,
        HostileQueue.END - 1,
        HostileQueue.END,
        0xffff_ffffL,
        0x1_0000_0000L
    };

    private final MemorySegment scratch = Arena.ofAuto().allocate(1 << 17);

    @Test
    void nothingComesOfNonsenseButARefusal() {
        EnumSet<QueueError> seen = EnumSet.noneOf(QueueError.class);
        HostileQueue driver = new HostileQueue(SIZE);
        for (int seed = 0; seed < ROUNDS; seed++) {
            try {
                seen.add(round(driver, new SplittableRandom(seed)));
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            if (seed % 1000 == 0) {
                driver.assertNothingElseWasTouched();
            }
        }
        driver.assertNothingElseWasTouched();
        EnumSet<QueueError> missed = EnumSet.complementOf(seen);
        missed.remove(QueueError.MEMORY_LOST);
        missed.remove(QueueError.CHAIN_TOO_BIG);
        assertTrue(missed.isEmpty(), "the fuzzer never reached " + missed);
    }

    private QueueError round(HostileQueue driver, SplittableRandom random) {
        driver.availableIndex(0);
        DataFlow flow = FLOWS[random.nextInt(FLOWS.length)];
        SplitQueue queue =
                driver.config(random.nextBoolean(), random.nextBoolean())
                        .activate(driver.memory(), flow);
        TakenChains chains = queue.chains(random.nextBoolean() ? 1 : SIZE);
        int index = 0;
        int tame = random.nextInt(100);
        for (int step = 0; step < 6; step++) {
            for (int i = 0; i < SIZE; i++) {
                driver.descriptor(
                        i,
                        address(random, tame),
                        length(random, tame),
                        flags(random, flow, tame),
                        next(random));
                driver.descriptorAt(
                        HostileQueue.WINDOW + 16L * i,
                        address(random, tame),
                        length(random, tame),
                        flags(random, flow, tame),
                        next(random));
            }
            int more = random.nextInt(100) < 5 ? random.nextInt(0x10000) : random.nextInt(3);
            for (int i = 0; i < Math.min(more, SIZE); i++) {
                driver.availableEntry(
                        index + i,
                        random.nextInt(100) < 3 ? random.nextInt(0x10000) : random.nextInt(SIZE));
            }
            index = (index + more) & 0xffff;
            driver.availableIndex(index)
                    .usedEvent(random.nextInt(0x10000))
                    .availableFlags(random.nextInt(3));
            serve(queue, chains, random);
        }
        return queue.error();
    }

    private void serve(SplitQueue queue, TakenChains chains, SplittableRandom random) {
        while (queue.take(chains)) {
            // Ports bound what they copy; so does this one.
        }
        while (chains.count() > 0 && random.nextInt(4) != 0) {
            long from = random.nextLong(1 << 18);
            chains.copyOut(0, from, scratch, 0, random.nextInt(1 << 17));
            int written = chains.copyIn(0, random.nextInt(64), scratch, 0, random.nextInt(1 << 17));
            queue.giveBack(chains.head(0), written);
            chains.removeFirst();
        }
        queue.publish();
        queue.shouldSignal();
        if (random.nextBoolean()) {
            queue.enableNotifications();
        } else {
            queue.disableNotifications();
        }
    }

    private static long address(SplittableRandom random, int tame) {
        return switch (random.nextInt(100) < tame ? 0 : random.nextInt(4)) {
            case 0 -> HostileQueue.WINDOW + random.nextLong(HostileQueue.WINDOW_BYTES / 2);
            case 1 -> EDGES[random.nextInt(EDGES.length)] + random.nextInt(-2, 3);
            case 2 -> random.nextLong();
            default -> HostileQueue.WINDOW;
        };
    }

    private static long length(SplittableRandom random, int tame) {
        return switch (random.nextInt(100) < tame ? 0 : random.nextInt(5)) {
            case 0 -> 1 + random.nextInt(64);
            case 1 -> random.nextInt(4);
            case 2 -> random.nextLong(0x1_0000_0000L);
            case 3 -> 16L * random.nextInt(20);
            default -> HostileQueue.WINDOW_BYTES + random.nextInt(-2, 3);
        };
    }

    private static int flags(SplittableRandom random, DataFlow flow, int tame) {
        int right = flow == DataFlow.DEVICE_TO_DRIVER ? HostileQueue.WRITE : 0;
        if (random.nextInt(100) < tame) {
            return right | random.nextInt(2);
        }
        return random.nextInt(8) == 0 ? random.nextInt(0x10000) : random.nextInt(8);
    }

    private static int next(SplittableRandom random) {
        return random.nextInt(20) == 0 ? random.nextInt(0x10000) : random.nextInt(SIZE);
    }
}
