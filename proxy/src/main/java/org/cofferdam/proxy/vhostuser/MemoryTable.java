package org.cofferdam.proxy.vhostuser;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.memory.PassedMemory;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.proxy.vhostuser.message.MemoryRegion;
import org.cofferdam.proxy.vhostuser.message.MessageDecoder;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.virtqueue.QueueMemory;

/**
 * The regions of a guest's memory that it has passed, mapped. Two ways to name a byte: by guest-physical address, as
 * descriptors do, and by the front end's own address, as SET_VRING_ADDR does.
 *
 * <p>The guest's thread changes it, and only while no queue runs on it.
 */
final class MemoryTable implements AutoCloseable {
    /** Most bytes of all regions, mmap offsets included: more address space than any guest here has memory. */
    private static final long MOST_BYTES = 1L << 40;

    private record Mapped(MemoryRegion region, PassedMemory memory) {}

    private final List<Mapped> regions = new ArrayList<>();

    /**
     * Maps one region more and takes its descriptor over.
     *
     * @return the seals that its file has
     * @throws ProtocolFaultException if it overlaps another or does not fit its file; the descriptor is still the
     *     caller's then
     */
    int add(MemoryRegion region, PassedDescriptor descriptor) throws ProtocolFaultException {
        if (regions.size() == MessageDecoder.MOST_REGIONS) {
            throw new ProtocolFaultException(
                    ProtocolFault.REGION_COUNT, "one more than " + regions.size());
        }
        long bytes = region.fileBytes();
        for (Mapped other : regions) {
            if (region.overlaps(other.region)) {
                throw new ProtocolFaultException(
                        ProtocolFault.REGION_OVERLAP, other.region + " and " + region);
            }
            bytes += other.memory.size();
        }
        // Nine values of at most 2^40 could be summed without overflow; one that is larger stops it
        // here.
        if (region.fileBytes() > MOST_BYTES || bytes > MOST_BYTES) {
            throw new ProtocolFaultException(ProtocolFault.REGION_RANGE, bytes + " bytes in all");
        }
        try {
            PassedMemory memory = PassedMemory.map(descriptor, region.fileBytes());
            regions.add(new Mapped(region, memory));
            return memory.seals();
        } catch (IllegalArgumentException e) {
            throw new ProtocolFaultException(
                    ProtocolFault.REGION_FILE, String.valueOf(e.getMessage()));
        } catch (NativeCallException e) {
            throw new ProtocolFaultException(ProtocolFault.KERNEL, e.getMessage());
        }
    }

    /** Unmaps the region that has these addresses and this size ("REM_MEM_REG"). */
    void remove(MemoryRegion wanted) throws ProtocolFaultException {
        for (Mapped mapped : regions) {
            MemoryRegion region = mapped.region;
            if (region.guestAddress() == wanted.guestAddress()
                    && region.userAddress() == wanted.userAddress()
                    && region.size() == wanted.size()) {
                regions.remove(mapped);
                mapped.memory.close();
                return;
            }
        }
        throw new ProtocolFaultException(ProtocolFault.REGION_UNKNOWN, wanted.toString());
    }

    /** The guest-physical address of a byte that the front end names by its own; empty outside all regions. */
    OptionalLong guestAddress(long userAddress) {
        for (Mapped mapped : regions) {
            // Both are not negative, so the difference cannot overflow.
            long offset = userAddress - mapped.region.userAddress();
            if (offset >= 0 && offset < mapped.region.size()) {
                return OptionalLong.of(mapped.region.guestAddress() + offset);
            }
        }
        return OptionalLong.empty();
    }

    /** What queues may name: every region, by guest-physical address. */
    QueueMemory queueMemory() {
        return QueueMemory.of(
                regions.stream()
                        .map(
                                m ->
                                        new QueueMemory.Region(
                                                m.region.guestAddress(),
                                                m.memory
                                                        .segment()
                                                        .asSlice(
                                                                m.region.mmapOffset(),
                                                                m.region.size())))
                        .toList());
    }

    /** How many regions there are. */
    int count() {
        return regions.size();
    }

    /** Unmaps all. */
    @Override
    public void close() {
        regions.forEach(m -> m.memory.close());
        regions.clear();
    }
}
