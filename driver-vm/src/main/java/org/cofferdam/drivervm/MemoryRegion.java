package org.cofferdam.drivervm;

/**
 * A piece of the domain's memory map that becomes one KVM memory slot.
 *
 * @param slot the KVM slot number
 * @param start first byte; also the offset in the domain's memory
 * @param bytes length, a multiple of the page size
 * @param readOnly whether the domain's stores to it leave the domain instead of changing it
 */
public record MemoryRegion(int slot, GuestAddress start, long bytes, boolean readOnly) {

    /** The first byte behind the region. */
    public GuestAddress end() {
        return start.plus(bytes);
    }

    /** Whether {@code length} bytes from {@code address} lie inside; overflow-safe for any two values. */
    public boolean contains(long address, long length) {
        long offset = address - start.value();
        return offset >= 0 && length >= 0 && length <= bytes && offset <= bytes - length;
    }
}
