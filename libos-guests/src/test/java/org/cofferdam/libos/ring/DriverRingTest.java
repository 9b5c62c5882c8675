package org.cofferdam.libos.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The driver's side of a ring, with a device that this test plays by writing the used ring. */
class DriverRingTest {
    private static final int SIZE = 8;

    private final RingPlace place = RingPlace.packed(SIZE, 0);
    private final MemorySegment memory = Arena.ofAuto().allocate(4096, 4096);
    private final DriverRing ring = new DriverRing(memory, place);
    private int usedIndex;

    @Test
    void aChainComesBackWithItsTokenAndLength() {
        ring.begin();
        ring.add(0x1000, 16, false);
        ring.add(0x2000, 100, true);
        ring.end(42);
        ring.publish();
        assertEquals(SIZE - 2, ring.free());
        assertEquals(DriverRing.NOTHING, ring.poll());

        deviceReturns(0, 60);

        assertEquals(42, ring.poll());
        assertEquals(60, ring.usedLength());
        assertEquals(SIZE, ring.free());
        assertEquals(DriverRing.NOTHING, ring.poll());
    }

    @Test
    void allDescriptorsServeAgainHoweverTheChainsComeBack() {
        for (int round = 0; round < 1000; round++) {
            for (int chain = 0; chain < SIZE / 2; chain++) {
                ring.begin();
                assertTrue(ring.add(0x1000, 16, false));
                assertTrue(ring.add(0x2000, 16, true));
                ring.end(chain);
            }
            assertFalse(ring.offer(0x3000, 1, false, 9));
            ring.publish();
            int firstEntry = (int) (round * (SIZE / 2L));
            // The last comes back first.
            for (int chain = SIZE / 2 - 1; chain >= 0; chain--) {
                deviceReturns(availableEntry(firstEntry + chain), 1);
                assertEquals(chain, ring.poll());
            }
            assertEquals(SIZE, ring.free());
        }
        assertEquals(RingError.NONE, ring.error());
    }

    @Test
    void aUsedIdOutsideTheTableIsRefused() {
        offerOne();
        deviceReturns(SIZE, 0);
        assertRefused(RingError.USED_ID_OUT_OF_RANGE);
    }

    @Test
    void aUsedIdWithItsTopBitSetIsRefused() {
        offerOne();
        deviceReturns(0x8000_0000, 0);
        assertRefused(RingError.USED_ID_OUT_OF_RANGE);
    }

    @Test
    void aForgedUsedIdIsRefused() {
        offerOne();
        deviceReturns(3, 0);
        assertRefused(RingError.USED_ID_NOT_GIVEN);
    }

    @Test
    void aChainCannotBeReturnedTwice() {
        offerOne();
        offerOne();
        deviceReturns(0, 0);
        deviceReturns(0, 0);
        assertEquals(7, ring.poll());
        assertRefused(RingError.USED_ID_NOT_GIVEN);
    }

    @Test
    void theMiddleOfAChainIsNotItsName() {
        ring.begin();
        ring.add(0x1000, 16, false);
        ring.add(0x2000, 16, false);
        ring.end(1);
        ring.publish();
        deviceReturns(1, 0);
        assertRefused(RingError.USED_ID_NOT_GIVEN);
    }

    @Test
    void aUsedLengthBeyondTheChainIsRefused() {
        offerOne();
        deviceReturns(0, 101);
        assertRefused(RingError.USED_LENGTH_TOO_LONG);
    }

    @Test
    void aUsedIndexThatJumpsIsRefused() {
        offerOne();
        deviceReturns(0, 0);
        deviceReturns(0, 0);
        assertRefused(RingError.USED_INDEX_JUMP);
    }

    @Test
    void rewrittenDescriptorsDoNotMatter() {
        offerOne();
        memory.asSlice(place.descriptors(), 16L * SIZE).fill((byte) 0xff);
        deviceReturns(0, 100);
        assertEquals(7, ring.poll());
        assertEquals(SIZE, ring.free());
        for (int i = 0; i < SIZE; i++) {
            assertTrue(ring.offer(0x1000, 16, true, i));
        }
    }

    @Test
    void theDevicesWishDecidesAboutTheKick() {
        offerOne();
        assertTrue(ring.shouldKick());
        memory.set(ValueLayout.JAVA_SHORT, place.used(), (short) 1);
        assertFalse(ring.shouldKick());
    }

    @Test
    void aSizeThatIsNotAPowerOfTwoIsNoRing() {
        assertThrows(IllegalArgumentException.class, () -> RingPlace.packed(0, 0));
        assertThrows(IllegalArgumentException.class, () -> RingPlace.packed(12, 0));
        assertThrows(IllegalArgumentException.class, () -> RingPlace.packed(65536, 0));
    }

    private void offerOne() {
        assertTrue(ring.offer(0x1000, 100, true, 7));
        ring.publish();
    }

    private void assertRefused(RingError reason) {
        assertEquals(DriverRing.NOTHING, ring.poll());
        assertEquals(reason, ring.error());
        assertFalse(ring.offer(0x1000, 100, true, 8));
    }

    private int availableEntry(int index) {
        return memory.get(ValueLayout.JAVA_SHORT, place.available() + 4 + 2L * (index % SIZE));
    }

    private void deviceReturns(int id, int length) {
        long entry = place.used() + 4 + 8L * (usedIndex % SIZE);
        memory.set(ValueLayout.JAVA_INT, entry, id);
        memory.set(ValueLayout.JAVA_INT, entry + 4, length);
        usedIndex++;
        memory.set(ValueLayout.JAVA_SHORT, place.used() + 2, (short) usedIndex);
    }
}
