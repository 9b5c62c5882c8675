package org.cofferdam.proxy.virtqueue;

/**
 * Where a queue lies and how it behaves, before anything was checked against memory. {@link #activate} turns it into
 * a running queue; there is no other way to get one.
 *
 * @param size number of descriptors, a power of two from 1 to 32768 (section 2.7)
 * @param descriptors guest-physical address of the descriptor table, 16-byte aligned
 * @param available guest-physical address of the available ring, 2-byte aligned
 * @param used guest-physical address of the used ring, 4-byte aligned
 * @param indirect whether VIRTIO_F_INDIRECT_DESC (28) was negotiated
 * @param eventIndex whether VIRTIO_F_EVENT_IDX (29) was negotiated
 */
public record QueueConfig(
        int size,
        long descriptors,
        long available,
        long used,
        boolean indirect,
        boolean eventIndex) {

    /** The largest queue that virtio allows. */
    public static final int LARGEST = 32768;

    /**
     * Checks what can be checked without the memory.
     *
     * @throws IllegalArgumentException for a size or an alignment that virtio does not allow; the message names the
     *     value
     */
    public QueueConfig {
        if (size < 1 || size > LARGEST || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "Queue size %d is not a power of two from 1 to 32768".formatted(size));
        }
        requireAligned("descriptor table", descriptors, 16);
        requireAligned("available ring", available, 2);
        requireAligned("used ring", used, 4);
    }

    /** A queue with neither indirect descriptors nor event indexes, as the driver domain's uplink has them. */
    public static QueueConfig plain(int size, long descriptors, long available, long used) {
        return new QueueConfig(size, descriptors, available, used, false, false);
    }

    /**
     * Checks that all three parts lie in the memory, and starts the queue at index 0. Parts may overlap: only their
     * owner could be harmed.
     *
     * @param flow which way the queue's data goes
     * @throws IllegalArgumentException when a part lies outside the memory
     */
    public SplitQueue activate(QueueMemory memory, DataFlow flow) {
        return activateAt(memory, flow, 0);
    }

    /**
     * Like {@link #activate}, but goes on where another device stopped.
     *
     * @param start the free-running index that both rings stand at, 16 bits
     */
    public SplitQueue activateAt(QueueMemory memory, DataFlow flow, int start) {
        return new SplitQueue(this, memory, flow, start);
    }

    /**
     * The used ring's index as it stands in memory: where a device that nobody can ask any more has stopped.
     *
     * @throws IllegalArgumentException when the ring lies outside the memory
     */
    public int usedIndex(QueueMemory memory) {
        return SplitQueue.usedIndex(memory.slice(used, SplitRing.usedRingBytes(size)));
    }

    private static void requireAligned(String what, long address, int alignment) {
        if (address < 0 || address % alignment != 0) {
            throw new IllegalArgumentException(
                    "The %s at 0x%x is not aligned to %d bytes"
                            .formatted(what, address, alignment));
        }
    }
}
