package org.cofferdam.drivervm.linux;

import static org.cofferdam.drivervm.linux.KernelFile.check;
import static org.cofferdam.drivervm.linux.KernelFile.within;

import java.util.List;
import org.cofferdam.drivervm.BadImageException;
import org.cofferdam.drivervm.linux.KernelPlan.Piece;

/**
 * Reads a bzImage for the 64-bit boot protocol (Linux, Documentation/arch/x86/boot.rst; offsets below are that
 * document's). The compressed kernel goes to the address that it prefers, where it unpacks itself within {@code
 * init_size} bytes.
 */
final class BzImage {
    static final int SETUP_HEADER = 0x1f1;
    static final int SETUP_HEADER_LIMIT = 0x290; // where the zero page goes on with other things

    private static final int SETUP_SECTS = 0x1f1;
    private static final int SYSSIZE = 0x1f4;
    private static final int BOOT_FLAG = 0x1fe;
    private static final int JUMP_LENGTH = 0x201;
    private static final int HEADER = 0x202;
    private static final int VERSION = 0x206;
    private static final int LOADFLAGS = 0x211;
    private static final int INITRD_ADDR_MAX = 0x22c;
    private static final int KERNEL_ALIGNMENT = 0x230;
    private static final int XLOADFLAGS = 0x236;
    private static final int CMDLINE_SIZE = 0x238;
    private static final int PREF_ADDRESS = 0x258;
    private static final int INIT_SIZE = 0x260;
    private static final int LAST_FIELD_END = 0x264;

    private static final long MAGIC = 0x5372_6448; // "HdrS"
    private static final int LEAST_VERSION = 0x20c;
    private static final int LOADED_HIGH = 1;
    private static final int XLF_KERNEL_64 = 1;
    private static final int SECTOR = 512;
    private static final int ENTRY_64 = 0x200;

    /** More than any kernel takes, and less than the space up to the EBDA. */
    private static final int MOST_COMMAND_LINE = 0xffff;

    private BzImage() {}

    static boolean looksLike(KernelFile file) {
        return file.has(HEADER, 4) && file.u32(HEADER) == MAGIC;
    }

    static KernelPlan plan(KernelFile file) throws BadImageException {
        check(file.has(0, LAST_FIELD_END), "is shorter than a bzImage's setup header");
        check(file.u16(BOOT_FLAG) == 0xaa55, "has no boot flag 0xaa55 in its setup header");
        int version = file.u16(VERSION);
        check(
                version >= LEAST_VERSION,
                "speaks boot protocol "
                        + (version >> 8)
                        + "."
                        + (version & 0xff)
                        + ", and 2.12 is needed");
        check(headerEnd(file) >= LAST_FIELD_END, "has a setup header that ends too early");
        check((file.u8(LOADFLAGS) & LOADED_HIGH) != 0, "is a zImage, which is loaded low");
        check((file.u16(XLOADFLAGS) & XLF_KERNEL_64) != 0, "has no 64-bit entry");

        int sectors = file.u8(SETUP_SECTS);
        long offset = ((sectors == 0 ? 4 : sectors) + 1L) * SECTOR;
        long bytes = file.u32(SYSSIZE) * 16; // below 2^36
        check(bytes > ENTRY_64 && file.has(offset, bytes), "is cut short: its code lies outside");

        long alignment = file.u32(KERNEL_ALIGNMENT);
        check(
                Long.bitCount(alignment) == 1 && alignment >= LinuxLayout.PAGE,
                "has an alignment that is no power of two");
        long address = file.u64(PREF_ADDRESS);
        long memory = Math.max(file.u32(INIT_SIZE), bytes);
        check(
                within(address, memory, LinuxLayout.MOST_RAM) && address >= LinuxLayout.HIGH_MEMORY,
                "wants to lie below 1 MiB or above 3 GiB of physical memory");
        check((address & (alignment - 1)) == 0, "prefers an address that it is not aligned to");
        return new KernelPlan(
                file,
                // Only what the file gives is written: init_size is the unpacker's own business.
                List.of(new Piece(address, offset, bytes, bytes)),
                address + memory,
                address + ENTRY_64,
                (int) Math.min(file.u32(CMDLINE_SIZE), MOST_COMMAND_LINE),
                file.u32(INITRD_ADDR_MAX) + 1,
                KernelPlan.Protocol.BOOT_64);
    }

    /** The first offset behind the setup header: the jump over it says so. */
    static int headerEnd(KernelFile file) {
        return Math.min(HEADER + file.u8(JUMP_LENGTH), SETUP_HEADER_LIMIT);
    }
}
