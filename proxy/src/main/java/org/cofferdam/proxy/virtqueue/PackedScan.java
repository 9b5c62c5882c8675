package org.cofferdam.proxy.virtqueue;

import static org.cofferdam.proxy.virtqueue.PackedRing.DESCRIPTOR_BYTES;
import static org.cofferdam.proxy.virtqueue.PackedRing.FLAG_AVAILABLE;
import static org.cofferdam.proxy.virtqueue.PackedRing.FLAG_NEXT;
import static org.cofferdam.proxy.virtqueue.PackedRing.FLAG_USED;
import static org.cofferdam.proxy.virtqueue.PackedRing.U16;
import static org.cofferdam.proxy.virtqueue.PackedRing.WRAP;

import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * Finds where a packed queue stands by its ring, for a front end that says that it stands at its beginning because it does
 * not know better: QEMU 10 after its back end was killed.
 *
 * <pre>
 *        the driver's rounds        this one │ the one before
 *  AVAILABLE of each descriptor   w  w  w  w │ !w !w !w !w
 *                                     open   ▲
 *                                       the driver's next
 * </pre>
 *
 * Whoever writes a descriptor, driver or device, leaves its round in AVAILABLE (virtio 1.2, 2.8.1), so the place where that
 * flag changes is the driver's next. Chains are returned in their order, so those that are open, with USED unlike AVAILABLE,
 * lie right before it, and the oldest of them is where a device goes on. This holds if each chain is one descriptor, as
 * with indirect tables; of a longer one that was returned its other descriptors still look open. So whatever does not fit
 * the picture is no answer.
 *
 * <p>A ring at its beginning gives its beginning. The peer may write anything: it misleads only its own queue.
 */
final class PackedScan {
    private PackedScan() {}

    /** Index and, in bit 15, wrap counter; empty where the ring does not tell. */
    static OptionalInt position(MemorySegment ring, int size) {
        boolean round = isAvailable(flags(ring, 0));
        int next = 1;
        while (next < size && isAvailable(flags(ring, next)) == round) {
            next++;
        }
        for (int i = next; i < size; i++) {
            if (isAvailable(flags(ring, i)) == round) {
                return OptionalInt.empty();
            }
        }
        int at = next == size ? 0 : next;
        boolean wrap = (next == size) != round;
        int seen = 0;
        while (seen < size && isOpen(flags(ring, before(at, size)))) {
            wrap = (at == 0) != wrap;
            at = before(at, size);
            if ((flags(ring, at) & FLAG_NEXT) != 0) {
                return OptionalInt.empty();
            }
            seen++;
        }
        int older = at;
        for (; seen < size; seen++) {
            older = before(older, size);
            if (isOpen(flags(ring, older))) {
                return OptionalInt.empty();
            }
        }
        return OptionalInt.of(at | (wrap ? WRAP : 0));
    }

    private static int before(int position, int size) {
        return position == 0 ? size - 1 : position - 1;
    }

    private static int flags(MemorySegment ring, int position) {
        return Short.toUnsignedInt(
                (short) U16.getAcquire(ring, (long) DESCRIPTOR_BYTES * position + 14));
    }

    private static boolean isAvailable(int flags) {
        return (flags & FLAG_AVAILABLE) != 0;
    }

    private static boolean isOpen(int flags) {
        return isAvailable(flags) != ((flags & FLAG_USED) != 0);
    }
}
