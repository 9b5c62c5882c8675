package org.cofferdam.proxy.virtqueue;

import org.jspecify.annotations.Nullable;

/**
 * Where a queue lies and how it behaves, before anything was checked against memory. {@link #activate} turns it into
 * a running queue; there is no other way to get one.
 *
 * @param layout split or packed, as negotiated
 * @param size number of descriptors, 1 to 32768; for a split queue a power of two (sections 2.7 and 2.8)
 * @param descriptors guest-physical address of the descriptor table, or of the packed ring, 16-byte aligned
 * @param available guest-physical address of the available ring, or of the driver area, 2-byte aligned
 * @param used guest-physical address of the used ring, or of the device area, 4-byte aligned
 * @param indirect whether VIRTIO_F_INDIRECT_DESC (28) was negotiated
 * @param eventIndex whether VIRTIO_F_EVENT_IDX (29) was negotiated
 */
public record QueueConfig(
        Layout layout,
        int size,
        long descriptors,
        long available,
        long used,
        boolean indirect,
        boolean eventIndex) {

    /** How a queue lies in memory. */
    public enum Layout {
        /** Section 2.7. */
        SPLIT,
        /** Section 2.8, with VIRTIO_F_RING_PACKED (34). */
        PACKED;

        /** Whether a queue of this layout may have so many descriptors. */
        public boolean allows(int size) {
            // Section 2.7: a power of two; section 2.8: any number up to the same 2^15.
            return size >= 1 && size <= LARGEST && (this == PACKED || Integer.bitCount(size) == 1);
        }
    }

    /** The largest queue that virtio allows. */
    public static final int LARGEST = 32768;

    /**
     * Checks what can be checked without the memory.
     *
     * @throws IllegalArgumentException for a size or an alignment that virtio does not allow; the message names the
     *     value
     */
    public QueueConfig {
        if (!layout.allows(size)) {
            throw new IllegalArgumentException(
                    "A %s queue cannot have %d descriptors".formatted(layout, size));
        }
        requireAligned("descriptor table", descriptors, 16);
        requireAligned("available ring", available, 2);
        requireAligned("used ring", used, 4);
    }

    /** A split queue with neither indirect descriptors nor event indexes, as the driver domain's uplink has them. */
    public static QueueConfig plain(int size, long descriptors, long available, long used) {
        return new QueueConfig(Layout.SPLIT, size, descriptors, available, used, false, false);
    }

    /**
     * Checks that all three parts lie in the memory, and starts a split queue at index 0. Parts may overlap: only their
     * owner could be harmed.
     *
     * @param flow which way the queue's data goes
     * @throws IllegalArgumentException when a part lies outside the memory, or the layout is another
     */
    public SplitQueue activate(QueueMemory memory, DataFlow flow) {
        return split(memory, flow, 0, null);
    }

    /** Goes on as the next method says, with nothing kept for the device after this one. */
    public DeviceQueue resume(QueueMemory memory, DataFlow flow, int base) {
        return resume(memory, flow, base, null);
    }

    /**
     * Like {@link #activate}, for either layout, but goes on where another device stopped, asked or killed.
     *
     * @param base where that was, for a packed queue, whose ring does not tell, as vhost-user's "A vring state
     *     description" has it: index and wrap counter in the low 16 bits for what was taken, in the high ones for what was
     *     returned, which is what counts; 0 there is no word of it. A split queue goes on where its used ring stands, and
     *     so does a packed one whose base is the ring's beginning ({@link PackedScan}), as far as its ring tells.
     * @param inflight where the queue keeps for its next device where it stands, and may find it now; null for nowhere
     */
    public DeviceQueue resume(
            QueueMemory memory, DataFlow flow, int base, @Nullable InflightRegion inflight) {
        return switch (layout) {
            case SPLIT ->
                    split(
                            memory,
                            flow,
                            SplitQueue.usedIndex(memory.slice(used, SplitRing.usedRingBytes(size))),
                            inflight);
            case PACKED ->
                    new PackedQueue(
                            this,
                            memory,
                            flow,
                            base >>> 16 != 0 ? base >>> 16 : base & 0xffff,
                            inflight);
        };
    }

    private SplitQueue split(
            QueueMemory memory, DataFlow flow, int start, @Nullable InflightRegion inflight) {
        if (layout != Layout.SPLIT) {
            throw new IllegalArgumentException("The queue is a packed one");
        }
        return new SplitQueue(this, memory, flow, start, inflight);
    }

    private static void requireAligned(String what, long address, int alignment) {
        if (address < 0 || address % alignment != 0) {
            throw new IllegalArgumentException(
                    "The %s at 0x%x is not aligned to %d bytes"
                            .formatted(what, address, alignment));
        }
    }
}
