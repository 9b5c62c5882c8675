package org.cofferdam.libos.ring;

/**
 * Where the parts of a ring lie, as offsets in the memory that driver and device share. Everything is little-endian.
 *
 * <pre>
 * descriptor, 16 bytes each        available ring                  used ring
 *   0  u64 address                   0  u16 flags                    0  u16 flags
 *   8  u32 length                    2  u16 idx                      2  u16 idx
 *  12  u16 flags                     4  u16 ring[size]               4  {u32 id, u32 length} ring[size]
 *  14  u16 next
 * </pre>
 *
 * @param size number of descriptors, a power of two from 1 to 32768
 * @param descriptors offset of the table, a multiple of 16
 * @param available offset of the available ring, a multiple of 2
 * @param used offset of the used ring, a multiple of 4
 */
public record RingPlace(int size, long descriptors, long available, long used) {

    /**
     * Checks size and alignment (section 2.7).
     *
     * @throws IllegalArgumentException when virtio does not allow one of them
     */
    public RingPlace {
        if (size < 1 || size > 32768 || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "Ring size %d is not a power of two from 1 to 32768".formatted(size));
        }
        if (descriptors < 0 || available < 0 || used < 0) {
            throw new IllegalArgumentException("A ring cannot lie at a negative offset");
        }
        if (descriptors % 16 != 0 || available % 2 != 0 || used % 4 != 0) {
            throw new IllegalArgumentException("Parts of a ring are aligned to 16, 2 and 4 bytes");
        }
    }

    /** The three parts one behind the other from an offset on, which is a multiple of 16. */
    public static RingPlace packed(int size, long offset) {
        long available = offset + 16L * size;
        long used = (available + 6 + 2L * size + 3) & ~3L;
        return new RingPlace(size, offset, available, used);
    }

    /** Where the last part ends. */
    public long end() {
        return Math.max(
                Math.max(descriptors + 16L * size, available + 6 + 2L * size),
                used + 6 + 8L * size);
    }
}
