package org.cofferdam.monitor.pc;

/**
 * The 256 bytes of a function's configuration space (PCI 6.1), each with a mask of the bits that software may write.
 * The typed setters are the device's own and heed no mask.
 *
 * <p>The vCPU's thread only.
 */
public final class ConfigSpace {
    /** Bytes of the space. */
    public static final int BYTES = 256;

    // PCI 6.1, figure 6-1.
    public static final int VENDOR_ID = 0x00;
    public static final int DEVICE_ID = 0x02;
    public static final int COMMAND = 0x04;
    public static final int STATUS = 0x06;
    public static final int REVISION = 0x08;
    public static final int CLASS_CODE = 0x09;
    public static final int CACHE_LINE_SIZE = 0x0c;
    public static final int LATENCY_TIMER = 0x0d;
    public static final int HEADER_TYPE = 0x0e;
    public static final int FIRST_BAR = 0x10;
    public static final int SUBSYSTEM_VENDOR_ID = 0x2c;
    public static final int SUBSYSTEM_ID = 0x2e;
    public static final int CAPABILITIES = 0x34;
    public static final int INTERRUPT_LINE = 0x3c;
    public static final int INTERRUPT_PIN = 0x3d;

    /** Number of base address registers. */
    public static final int BARS = 6;

    // PCI 6.2.2.
    public static final int COMMAND_IO = 1;
    public static final int COMMAND_MEMORY = 1 << 1;
    public static final int COMMAND_BUS_MASTER = 1 << 2;
    public static final int COMMAND_PARITY = 1 << 6;
    public static final int COMMAND_SERR = 1 << 8;
    public static final int COMMAND_NO_INTX = 1 << 10;

    /** The first byte behind the header of PCI 6.1. */
    private static final int FIRST_CAPABILITY = 0x40;

    private static final int STATUS_CAPABILITIES = 1 << 4;

    private final byte[] bytes = new byte[BYTES];
    private final byte[] writable = new byte[BYTES];
    private int lastLink = CAPABILITIES;
    private int freeCapability = FIRST_CAPABILITY;

    /** An empty space: every byte 0 and none writable. */
    public ConfigSpace() {}

    /** Whether software can access so much there: aligned within a doubleword, as the bus carries it. */
    public static boolean isAccess(int offset, int size) {
        return BusWidth.isPortSize(size)
                && offset >= 0
                && offset <= BYTES - size
                && (offset & 3) + size <= 4;
    }

    /** What software reads: all ones for an access that cannot be. */
    public int read(int offset, int size) {
        if (!isAccess(offset, size)) {
            return BusWidth.ones(size);
        }
        int value = 0;
        for (int i = 0; i < size; i++) {
            value |= (bytes[offset + i] & 0xff) << (8 * i);
        }
        return value;
    }

    /** What software writes: bits that may not be written keep their value; an access that cannot be vanishes. */
    public void write(int offset, int size, int value) {
        if (!isAccess(offset, size)) {
            return;
        }
        for (int i = 0; i < size; i++) {
            int mask = writable[offset + i];
            int octet = value >> (8 * i);
            bytes[offset + i] = (byte) ((bytes[offset + i] & ~mask) | (octet & mask));
        }
    }

    /** One byte, upper bits zero. */
    public int get8(int offset) {
        return bytes[offset] & 0xff;
    }

    /** Two bytes, upper bits zero. */
    public int get16(int offset) {
        return get8(offset) | get8(offset + 1) << 8;
    }

    /** Four bytes. */
    public int get32(int offset) {
        return get16(offset) | get16(offset + 2) << 16;
    }

    /** Sets a byte. */
    public void set8(int offset, int value) {
        bytes[offset] = (byte) value;
    }

    /** Sets two bytes. */
    public void set16(int offset, int value) {
        set8(offset, value);
        set8(offset + 1, value >> 8);
    }

    /** Sets four bytes. */
    public void set32(int offset, int value) {
        set16(offset, value);
        set16(offset + 2, value >> 16);
    }

    /** Lets software write the bits of a mask in one byte, and no others. */
    public void allow8(int offset, int mask) {
        writable[offset] = (byte) mask;
    }

    /** Lets software write the bits of a mask in two bytes, and no others. */
    public void allow16(int offset, int mask) {
        allow8(offset, mask);
        allow8(offset + 1, mask >> 8);
    }

    /** Lets software write the bits of a mask in four bytes, and no others. */
    public void allow32(int offset, int mask) {
        allow16(offset, mask);
        allow16(offset + 2, mask >> 16);
    }

    /** Whether all bits of a mask are set in the command register. */
    public boolean commands(int mask) {
        return (get16(COMMAND) & mask) == mask;
    }

    /**
     * Makes a base address register: the address's bits above the size can be written, the others read as 0, so that
     * writing all ones tells the size (PCI 6.2.5.1).
     */
    void addBar(PciFunction.Bar bar) {
        int at = FIRST_BAR + 4 * bar.index();
        set32(at, (int) bar.address() | (bar.kind() == PciFunction.BarKind.IO ? 1 : 0));
        allow32(at, -bar.size());
    }

    /** The address in a base address register: unsigned. */
    long barAddress(PciFunction.Bar bar) {
        return get32(FIRST_BAR + 4 * bar.index()) & -bar.size() & 0xffff_ffffL;
    }

    /**
     * Appends a capability to the list (PCI 6.7), at the next doubleword that is free.
     *
     * @param id what it is (PCI appendix H)
     * @param length bytes with its two of header
     * @return its offset
     * @throws IllegalArgumentException when there is no room
     */
    public int addCapability(int id, int length) {
        return addCapability(id, length, freeCapability);
    }

    /** Where {@link #addCapability(int, int)} would put the next one. */
    public int nextCapability() {
        return freeCapability;
    }

    /**
     * Appends a capability to the list at an offset of its own, as a function that is passed through has it.
     *
     * @throws IllegalArgumentException when it does not lie behind the capabilities so far, or not within the space
     */
    public int addCapability(int id, int length, int offset) {
        if (offset < freeCapability
                || offset % 4 != 0
                || length < 2
                || length > BYTES - FIRST_CAPABILITY
                || offset + length > BYTES) {
            throw new IllegalArgumentException(
                    "A capability of %d bytes cannot lie at 0x%x".formatted(length, offset));
        }
        set8(offset, id);
        set8(offset + 1, 0);
        set8(lastLink, offset);
        set16(STATUS, get16(STATUS) | STATUS_CAPABILITIES);
        lastLink = offset + 1;
        freeCapability = offset + length + 3 & ~3;
        return offset;
    }
}
