package org.cofferdam.drivervm.linux;

/**
 * Where things lie in the first MiB of a Linux domain; the kernel lies above it, the initramfs at the end.
 *
 * <pre>
 * 0x00400  BIOS data area: two words, the EBDA's segment and the KiB of base memory
 * 0x06000  start info (PVH)         0x07000  zero page (64-bit protocol)
 * 0x08000  GDT                      0x09000  page tables: PML4, PDPT, four directories
 * 0x20000  command line
 * 0x9fc00  EBDA, one KiB: MP floating pointer and table
 * 0xa0000  nothing that the kernel uses
 * </pre>
 */
final class LinuxLayout {
    static final long PAGE = 4096;
    static final long MIB = 1 << 20;

    static final long BIOS_DATA_EBDA_SEGMENT = 0x40e;
    static final long BIOS_DATA_BASE_KIB = 0x413;
    static final long START_INFO = 0x6000;
    static final long ZERO_PAGE = 0x7000;
    static final long DESCRIPTOR_TABLE = 0x8000;
    static final long PAGE_TABLES = 0x9000;
    static final long COMMAND_LINE = 0x20000;
    static final long EBDA = 0x9fc00;
    static final long BASE_MEMORY_END = 0xa0000;
    static final long HIGH_MEMORY = MIB;

    /** Below the PCI window, so that one slot holds all of it. */
    static final long MOST_RAM = 0xc000_0000L;

    static final long LEAST_RAM = 2 * MIB;

    private LinuxLayout() {}

    static long pageUp(long address) {
        return (address + PAGE - 1) & -PAGE;
    }

    static long mibUp(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }
}
