package org.cofferdam.drivervm.linux;

import static org.cofferdam.drivervm.linux.KernelFile.U64;

import java.lang.foreign.MemorySegment;
import org.cofferdam.binding.kvm.Segment;

/**
 * GDT and page tables that a kernel is entered with and soon replaces (boot.rst, "64-bit Boot Protocol"; Intel SDM 3A,
 * 3.4.5 and 4.5).
 */
final class BootTables {
    /** __BOOT_CS and __BOOT_DS. */
    static final int CODE = 0x10;

    static final int DATA = 0x18;

    private static final long CODE_32 = 0x00cf_9b00_0000_ffffL;
    private static final long CODE_64 = 0x00af_9b00_0000_ffffL;
    private static final long DATA_32 = 0x00cf_9300_0000_ffffL;
    private static final int DESCRIPTOR_TABLE_BYTES = 0x20;

    private static final long TABLE = 3; // present, writable
    private static final long LARGE_PAGE = 0x83;
    private static final int DIRECTORIES = 4;
    private static final int LARGE_PAGE_SHIFT = 21;

    private BootTables() {}

    static Segment data() {
        return new Segment(0, -1, DATA, 3, 0, true, false, true, true);
    }

    /** A busy TSS, which a processor must have and nobody uses. */
    static Segment taskState() {
        return new Segment(0, 0x67, 0, 0xb, 0, false, false, false, false);
    }

    /** Writes the GDT and returns its limit. */
    static int writeDescriptors(MemorySegment ram, boolean longMode) {
        MemorySegment table = ram.asSlice(LinuxLayout.DESCRIPTOR_TABLE, DESCRIPTOR_TABLE_BYTES);
        table.fill((byte) 0);
        table.set(U64, CODE, longMode ? CODE_64 : CODE_32);
        table.set(U64, DATA, DATA_32);
        return DESCRIPTOR_TABLE_BYTES - 1;
    }

    /** Maps the first 4 GiB onto themselves in pages of 2 MiB and returns the root. */
    static long writePageTables(MemorySegment ram) {
        long root = LinuxLayout.PAGE_TABLES;
        long pointers = root + LinuxLayout.PAGE;
        long directories = pointers + LinuxLayout.PAGE;
        ram.asSlice(root, 2 * LinuxLayout.PAGE).fill((byte) 0);
        ram.set(U64, root, pointers | TABLE);
        for (int i = 0; i < DIRECTORIES; i++) {
            ram.set(U64, pointers + i * 8L, (directories + i * LinuxLayout.PAGE) | TABLE);
        }
        for (long i = 0; i < DIRECTORIES * 512L; i++) {
            ram.set(U64, directories + i * 8, (i << LARGE_PAGE_SHIFT) | LARGE_PAGE);
        }
        return root;
    }
}
