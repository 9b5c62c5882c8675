package org.cofferdam.proxy.virtqueue;

import static org.cofferdam.proxy.virtqueue.PackedRing.AREA_BYTES;
import static org.cofferdam.proxy.virtqueue.PackedRing.AREA_FLAGS;
import static org.cofferdam.proxy.virtqueue.PackedRing.AREA_POSITION;
import static org.cofferdam.proxy.virtqueue.PackedRing.DESCRIPTOR_ADDRESS;
import static org.cofferdam.proxy.virtqueue.PackedRing.DESCRIPTOR_BYTES;
import static org.cofferdam.proxy.virtqueue.PackedRing.DESCRIPTOR_REST;
import static org.cofferdam.proxy.virtqueue.PackedRing.EVENT_DESCRIPTOR;
import static org.cofferdam.proxy.virtqueue.PackedRing.EVENT_DISABLE;
import static org.cofferdam.proxy.virtqueue.PackedRing.EVENT_ENABLE;
import static org.cofferdam.proxy.virtqueue.PackedRing.FLAG_AVAILABLE;
import static org.cofferdam.proxy.virtqueue.PackedRing.FLAG_INDIRECT;
import static org.cofferdam.proxy.virtqueue.PackedRing.FLAG_NEXT;
import static org.cofferdam.proxy.virtqueue.PackedRing.FLAG_USED;
import static org.cofferdam.proxy.virtqueue.PackedRing.FLAG_WRITE;
import static org.cofferdam.proxy.virtqueue.PackedRing.U16;
import static org.cofferdam.proxy.virtqueue.PackedRing.U64;
import static org.cofferdam.proxy.virtqueue.PackedRing.U64_ALIGNED;
import static org.cofferdam.proxy.virtqueue.PackedRing.WRAP;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A running packed queue, seen from the device (virtio 1.2, section 2.8). See {@link DeviceQueue} for its use.
 *
 * <p>A position in the ring goes with a wrap counter, which is 1 in the first round and turns with each round. A
 * descriptor is the driver's offer if its flag AVAILABLE is the counter and USED is not; the device returns it with both
 * as the counter (2.8.1). Returned chains are kept in a shadow until {@link #publish}, which writes the first one's flags
 * last: the driver looks for that one, so it sees all of them or none, as a frame over several buffers needs.
 */
public final class PackedQueue extends DeviceQueue {
    private final MemorySegment ring;
    private final MemorySegment driverArea;
    private final MemorySegment deviceArea;
    private final long ringAddress;
    private final long deviceAreaAddress;
    private final @Nullable InflightRegion inflight;

    // Positions below size, each with its wrap counter.
    private int nextAvailable;
    private boolean availableWrap;
    private int nextUsed;
    private boolean usedWrap;
    private int returnedSinceSignal;

    // Chains in flight, oldest first: id and number of ring descriptors; then those that are
    // returned and not shown.
    // Running counts, whose low bits are the slot: the ring's size need not be a power of two
    // (section 2.8), the arrays' is.
    private final int slotMask;
    private final int[] id;
    private final int[] descriptors;
    private final int[] written;
    private int oldest;
    private int returned;
    private int newest;
    private int descriptorsInFlight;

    // What the chain that is being taken has used of the ring.
    private int walked;
    private int walkedId;

    PackedQueue(
            QueueConfig config,
            QueueMemory memory,
            DataFlow flow,
            int base,
            @Nullable InflightRegion inflight) {
        super(config, memory, flow);
        this.ringAddress = config.descriptors();
        this.deviceAreaAddress = config.used();
        this.inflight = inflight;
        this.ring = memory.slice(config.descriptors(), PackedRing.ringBytes(size));
        this.driverArea = memory.slice(config.available(), AREA_BYTES);
        this.deviceArea = memory.slice(config.used(), AREA_BYTES);
        requireAtomic(config.descriptors(), ring, Long.BYTES);
        requireAtomic(config.available(), driverArea, Short.BYTES);
        requireAtomic(config.used(), deviceArea, Short.BYTES);
        int start = inflight == null ? base : inflight.packedPosition(ring, size).orElse(base);
        if (inflight == null && base == WRAP && config.indirect()) {
            start = PackedScan.position(ring, size).orElse(base);
        }
        int position = start & ~WRAP & INDEX_MASK;
        if (position >= size) {
            throw new IllegalArgumentException(
                    "A queue of %d descriptors cannot go on at %d".formatted(size, position));
        }
        nextAvailable = position;
        availableWrap = (start & WRAP) != 0;
        nextUsed = nextAvailable;
        usedWrap = availableWrap;
        int slots = TakenChains.slotsFor(size);
        slotMask = slots - 1;
        id = new int[slots];
        descriptors = new int[slots];
        written = new int[slots];
        if (inflight != null) {
            inflight.claimPacked(here(), size);
        }
    }

    /** Where the next chain is returned to, with its wrap counter. */
    private int here() {
        return nextUsed | (usedWrap ? WRAP : 0);
    }

    /** The last three fields of the descriptor at the next position, if it is an offer; else -1. One acquire load. */
    private long offer() {
        // Orders the reads of the chain's other fields after it (section 2.8.21.1).
        long rest =
                (long)
                        U64_ALIGNED.getAcquire(
                                ring, (long) DESCRIPTOR_BYTES * nextAvailable + DESCRIPTOR_REST);
        boolean available = (flags(rest) & FLAG_AVAILABLE) != 0;
        boolean used = (flags(rest) & FLAG_USED) != 0;
        // Section 2.8.1. An honest offer is never -1, which has both flags alike.
        return available == availableWrap && used != availableWrap ? rest : -1;
    }

    @Override
    public boolean take(TakenChains chains) {
        if (error() != QueueError.NONE || !chains.hasRoom()) {
            return false;
        }
        long rest = offer();
        if (rest == -1) {
            return false;
        }
        chains.begin();
        QueueError fault = walk(chains, rest);
        if (fault != QueueError.NONE) {
            refuse(fault, nextAvailable);
            return false;
        }
        commit(chains, walkedId);
        int slot = newest++ & slotMask;
        id[slot] = walkedId;
        descriptors[slot] = walked;
        descriptorsInFlight += walked;
        nextAvailable += walked;
        if (nextAvailable >= size) {
            nextAvailable -= size;
            availableWrap = !availableWrap;
        }
        return true;
    }

    private QueueError walk(TakenChains chains, long first) {
        long rest = first;
        // What is in flight has not been returned, so an offer that reaches into it is a lie
        // (section
        // 2.8.6). This bound also ends a chain that goes round, and the work that one can cost.
        int most = size - descriptorsInFlight;
        for (walked = 1; walked <= most; walked++) {
            int position = nextAvailable + walked - 1;
            if (position >= size) {
                position -= size;
            }
            long at = (long) DESCRIPTOR_BYTES * position;
            if (walked > 1) {
                rest = ring.get(U64, at + DESCRIPTOR_REST);
            }
            long address = ring.get(U64, at + DESCRIPTOR_ADDRESS);
            int flags = flags(rest);
            QueueError fault =
                    (flags & FLAG_INDIRECT) != 0
                            ? walkIndirect(chains, address, rest, walked)
                            : add(chains, address, length(rest), isWritable(rest));
            if (fault != QueueError.NONE) {
                return fault;
            }
            if ((flags & FLAG_NEXT) == 0) {
                // Section 2.8.6: the id of a chain is that of its last descriptor. Any value is the
                // driver's own affair.
                walkedId = id(rest);
                return QueueError.NONE;
            }
        }
        return QueueError.CHAIN_TOO_LONG;
    }

    // Section 2.8.7: the table's entries follow each other, and of their flags only WRITE counts.
    private QueueError walkIndirect(TakenChains chains, long address, long rest, int position) {
        if (!indirect) {
            return QueueError.INDIRECT_NOT_NEGOTIATED;
        }
        if ((flags(rest) & FLAG_NEXT) != 0 || position > 1) {
            return QueueError.INDIRECT_WITH_NEXT;
        }
        long bytes = length(rest);
        if (bytes == 0 || bytes % DESCRIPTOR_BYTES != 0) {
            return QueueError.INDIRECT_TABLE_SIZE;
        }
        int window = memory.windowOf(address, bytes);
        if (window < 0) {
            return QueueError.BUFFER_OUTSIDE;
        }
        long entries = bytes / DESCRIPTOR_BYTES;
        if (entries > size) {
            return QueueError.CHAIN_TOO_LONG;
        }
        MemorySegment table = memory.window(window);
        long start = memory.offsetIn(window, address);
        for (int i = 0; i < entries; i++) {
            long at = start + (long) DESCRIPTOR_BYTES * i;
            long entryAddress = table.get(U64, at + DESCRIPTOR_ADDRESS);
            long entryRest = table.get(U64, at + DESCRIPTOR_REST);
            if ((flags(entryRest) & FLAG_INDIRECT) != 0) {
                return QueueError.INDIRECT_NESTED;
            }
            QueueError fault = add(chains, entryAddress, length(entryRest), isWritable(entryRest));
            if (fault != QueueError.NONE) {
                return fault;
            }
        }
        return QueueError.NONE;
    }

    @Override
    public void giveBack(int head, int bytes) {
        if (returned == newest) {
            throw new IllegalStateException("More chains returned than taken");
        }
        int slot = returned & slotMask;
        if (id[slot] != head) {
            throw new IllegalStateException("Chains are returned in their order");
        }
        written[slot] = bytes;
        returned++;
    }

    @Override
    public boolean publish() {
        if (oldest == returned) {
            return false;
        }
        int first = nextUsed;
        boolean firstWrap = usedWrap;
        int firstSlot = oldest & slotMask;
        advance(firstSlot);
        for (int i = oldest + 1; i != returned; i++) {
            int slot = i & slotMask;
            write(nextUsed, usedWrap, slot);
            advance(slot);
        }
        if (inflight != null) {
            inflight.returning(first | (firstWrap ? WRAP : 0), here());
        }
        write(first, firstWrap, firstSlot);
        if (inflight != null) {
            inflight.settled(here());
        }
        oldest = returned;
        ringWritten(ringAddress, ring.byteSize());
        return true;
    }

    /** Section 2.8.6: a returned chain is one descriptor; the places of its others are skipped. */
    private void advance(int slot) {
        descriptorsInFlight -= descriptors[slot];
        returnedSinceSignal += descriptors[slot];
        nextUsed += descriptors[slot];
        if (nextUsed >= size) {
            nextUsed -= size;
            usedWrap = !usedWrap;
        }
    }

    private void write(int position, boolean wrap, int slot) {
        long at = (long) DESCRIPTOR_BYTES * position;
        long rest = Integer.toUnsignedLong(written[slot]) | (long) id[slot] << 32;
        int flags = (wrap ? FLAG_AVAILABLE | FLAG_USED : 0) | (written[slot] != 0 ? FLAG_WRITE : 0);
        // Length, id and flags in one aligned store: a reader that sees the flags sees the others,
        // and all buffers that
        // were filled before (section 2.8.21.2).
        U64_ALIGNED.setRelease(ring, at + DESCRIPTOR_REST, rest | (long) flags << 48);
    }

    @Override
    public boolean shouldSignal() {
        if (returnedSinceSignal == 0 || error() != QueueError.NONE) {
            return false;
        }
        // The flags must be visible before the driver's wish is read, else both sides could miss
        // each
        // other (section 2.8.21.3.1).
        VarHandle.fullFence();
        int flags = Short.toUnsignedInt((short) U16.getAcquire(driverArea, AREA_FLAGS));
        boolean wanted =
                switch (flags) {
                    case EVENT_DISABLE -> false;
                    case EVENT_DESCRIPTOR -> eventIndex && hasPassedEvent();
                    default -> true;
                };
        returnedSinceSignal = 0;
        return wanted;
    }

    /** Section 2.8.10: whether the position that the driver named lies between the last signal and now. */
    private boolean hasPassedEvent() {
        int event = Short.toUnsignedInt((short) U16.getOpaque(driverArea, AREA_POSITION));
        int now = nextUsed;
        int at = event & ~WRAP;
        if (((event & WRAP) != 0) != usedWrap) {
            at -= size;
        }
        return ((now - at - 1) & INDEX_MASK) < returnedSinceSignal;
    }

    @Override
    public boolean enableNotifications() {
        if (error() != QueueError.NONE) {
            return false;
        }
        if (eventIndex) {
            PeerStore.release16(
                    deviceArea, AREA_POSITION, nextAvailable | (availableWrap ? WRAP : 0));
            PeerStore.release16(deviceArea, AREA_FLAGS, EVENT_DESCRIPTOR);
        } else {
            PeerStore.release16(deviceArea, AREA_FLAGS, EVENT_ENABLE);
        }
        ringWritten(deviceAreaAddress, AREA_BYTES);
        // The wish must be visible before the ring is looked at again (section 2.8.21.3.1, the
        // other way round).
        VarHandle.fullFence();
        return offer() != -1;
    }

    @Override
    public void disableNotifications() {
        PeerStore.release16(deviceArea, AREA_FLAGS, EVENT_DISABLE);
        ringWritten(deviceAreaAddress, AREA_BYTES);
    }

    @Override
    public int position() {
        int half = here();
        return half | half << 16;
    }

    private static long length(long rest) {
        return rest & 0xffff_ffffL;
    }

    private static boolean isWritable(long rest) {
        return (flags(rest) & FLAG_WRITE) != 0;
    }

    private static int id(long rest) {
        return (int) (rest >>> 32) & 0xffff;
    }

    private static int flags(long rest) {
        return (int) (rest >>> 48);
    }
}
