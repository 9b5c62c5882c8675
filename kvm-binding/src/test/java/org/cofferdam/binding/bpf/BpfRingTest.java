package org.cofferdam.binding.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The reading end of a ring, on memory in which this test plays the kernel. */
final class BpfRingTest {
    private static final int SIZE = 256;
    private static final int BUSY = 1 << 31;
    private static final int DISCARD = 1 << 30;

    private final MemorySegment consumer = Arena.ofAuto().allocate(4096, 8);
    private final MemorySegment producer = Arena.ofAuto().allocate(4096, 8);
    private final MemorySegment data = Arena.ofAuto().allocate(2 * SIZE, 8);
    private final List<Long> taken = new ArrayList<>();
    private long produced;

    private BpfRing ring() {
        return new BpfRing(-1, consumer, producer, data, SIZE);
    }

    /** Writes one record with an 8-byte number, as both mappings show it. */
    private void produce(int flags, long number) {
        produce(8 | flags, 16, number);
    }

    private void produce(int header, int used, long number) {
        long at = produced % SIZE;
        for (long copy : new long[] {at, (at + SIZE) % (2 * SIZE)}) {
            data.set(ValueLayout.JAVA_INT, copy, header);
            data.set(ValueLayout.JAVA_LONG, (copy + 8) % (2 * SIZE), number);
        }
        produced += used;
        producer.set(ValueLayout.JAVA_LONG, 0, produced);
    }

    private boolean take(MemorySegment memory, long at, int length) {
        assertEquals(8, length);
        taken.add(memory.get(ValueLayout.JAVA_LONG, at));
        return true;
    }

    @Test
    void recordsComeInOrderAndTheirRoomIsFreedAcrossTheRingsEnd() {
        BpfRing ring = ring();
        for (long i = 0; i < 100; i++) {
            produce(0, i);
            assertFalse(ring.isEmpty());
            assertEquals(1, ring.drain(this::take, 10));
            assertEquals(produced, consumer.get(ValueLayout.JAVA_LONG, 0));
            assertEquals(i, taken.getLast());
        }
        assertTrue(ring.isEmpty());
        assertEquals(0, ring.broken());
    }

    @Test
    void aRecordStillBeingWrittenStopsTheReader() {
        BpfRing ring = ring();
        produce(0, 1);
        long second = produced;
        produce(BUSY, 2);
        produce(0, 3);
        assertEquals(1, ring.drain(this::take, 10));
        assertEquals(0, ring.drain(this::take, 10));
        data.set(ValueLayout.JAVA_INT, second, 8);
        assertEquals(2, ring.drain(this::take, 10));
        assertEquals(List.of(1L, 2L, 3L), taken);
    }

    @Test
    void aDiscardedRecordIsPassedOver() {
        BpfRing ring = ring();
        produce(DISCARD, 1);
        produce(0, 2);
        assertEquals(1, ring.drain(this::take, 10));
        assertEquals(List.of(2L), taken);
        assertTrue(ring.isEmpty());
    }

    @Test
    void whatTheSinkRefusesStaysAndTheLimitHolds() {
        BpfRing ring = ring();
        produce(0, 1);
        produce(0, 2);
        assertEquals(0, ring.drain((_, _, _) -> false, 10));
        assertEquals(0, consumer.get(ValueLayout.JAVA_LONG, 0));
        assertEquals(1, ring.drain(this::take, 1));
        assertEquals(1, ring.drain(this::take, 1));
        assertEquals(List.of(1L, 2L), taken);
    }

    @Test
    void aLengthBeyondWhatWasProducedEndsThatContentAndTheRingGoesOn() {
        BpfRing ring = ring();
        for (int length : new int[] {17, SIZE, 0x3fffffff}) {
            produce(length, 16, 1);
            assertEquals(0, ring.drain(this::take, 10));
            assertTrue(ring.isEmpty());
        }
        assertEquals(3, ring.broken());
        produce(0, 5);
        assertEquals(1, ring.drain(this::take, 10));
    }

    @Test
    void anyContentAndAnyPositionAreSurvived() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            BpfRing ring = ring();
            for (long at = 0; at < SIZE; at += 8) {
                int word = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(64);
                data.set(ValueLayout.JAVA_INT, at, word);
                data.set(ValueLayout.JAVA_INT, at + SIZE, word);
            }
            long start = consumer.get(ValueLayout.JAVA_LONG, 0);
            long jump = random.nextInt(3) == 0 ? random.nextLong() : 8L * random.nextInt(40);
            producer.set(ValueLayout.JAVA_LONG, 0, start + jump);
            int records =
                    ring.drain(
                            (memory, at, length) -> {
                                assertTrue(at % 8 == 0 && at + length <= memory.byteSize());
                                return true;
                            },
                            100);
            assertTrue(records <= SIZE / 8);
            consumer.set(ValueLayout.JAVA_LONG, 0, 8L * random.nextInt(1000));
        }
    }
}
