package org.cofferdam.proxy.vhostuser.message;

/**
 * One region of a front end's memory, as it describes it (vhost-user specification, "Memory region description"). The
 * file is mapped from its first byte; the region begins {@code mmapOffset} bytes into it.
 *
 * @param guestAddress guest-physical address of its first byte, which descriptors use
 * @param size bytes, at least 1
 * @param userAddress the front end's own address of its first byte, which SET_VRING_ADDR uses
 * @param mmapOffset where in the file it begins
 */
public record MemoryRegion(long guestAddress, long size, long userAddress, long mmapOffset) {
    /**
     * Checks that neither range nor the file's part overflows.
     *
     * @throws ProtocolFaultException if one does, or the region is empty
     */
    static MemoryRegion checked(long guestAddress, long size, long userAddress, long mmapOffset)
            throws ProtocolFaultException {
        // All four are unsigned 64-bit values of the peer's. Those that have bit 63 are negative
        // here and refused, so
        // none of the sums below can wrap: two values below 2^63 have a sum below 2^64.
        boolean wrong =
                size <= 0
                        || guestAddress < 0
                        || userAddress < 0
                        || mmapOffset < 0
                        || guestAddress + size < 0
                        || userAddress + size < 0
                        || mmapOffset + size < 0;
        if (wrong) {
            throw new ProtocolFaultException(
                    ProtocolFault.REGION_RANGE,
                    "0x%x bytes at guest 0x%x, user 0x%x, offset 0x%x"
                            .formatted(size, guestAddress, userAddress, mmapOffset));
        }
        return new MemoryRegion(guestAddress, size, userAddress, mmapOffset);
    }

    /** Whether two regions share a guest-physical or a user address. */
    public boolean overlaps(MemoryRegion other) {
        return overlap(guestAddress, size, other.guestAddress, other.size)
                || overlap(userAddress, size, other.userAddress, other.size);
    }

    private static boolean overlap(long a, long aSize, long b, long bSize) {
        return a < b + bSize && b < a + aSize;
    }

    /** Bytes of the file that must be mapped to reach the region's end. */
    public long fileBytes() {
        return mmapOffset + size;
    }
}
