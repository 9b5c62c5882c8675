package org.cofferdam.drivervm.linux;

import static org.cofferdam.drivervm.linux.KernelFile.U32;
import static org.cofferdam.drivervm.linux.KernelFile.U64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.cofferdam.binding.kvm.Register;
import org.cofferdam.binding.kvm.Segment;
import org.cofferdam.binding.kvm.SystemRegisters;

/**
 * What a bzImage reads, struct boot_params (Linux, Documentation/arch/x86/zero-page.rst and boot.rst): the setup header
 * of its own file with the loader's answers in it, and the memory map.
 */
final class ZeroPage {
    private static final int E820_ENTRIES = 0x1e8;
    private static final int TYPE_OF_LOADER = 0x210;
    private static final int CODE32_START = 0x214;
    private static final int RAMDISK_IMAGE = 0x218;
    private static final int RAMDISK_SIZE = 0x21c;
    private static final int CMD_LINE_PTR = 0x228;
    private static final int SETUP_DATA = 0x250;
    private static final int E820_TABLE = 0x2d0;
    private static final int E820_ENTRY_BYTES = 20;
    private static final byte UNKNOWN_LOADER = (byte) 0xff;

    /** PG, ET, PE; PAE; LMA, LME. */
    private static final long CR0 = 0x8000_0011L;

    private static final long CR4 = 0x20;
    private static final long EFER = 0x500;

    private ZeroPage() {}

    static LinuxStart write(MemorySegment ram, KernelPlan plan, Initramfs initramfs) {
        MemorySegment page = ram.asSlice(LinuxLayout.ZERO_PAGE, LinuxLayout.PAGE);
        page.fill((byte) 0);
        int from = BzImage.SETUP_HEADER;
        int end = BzImage.headerEnd(plan.file());
        // The plan was made, so the header ends behind its fields; the file may be shorter than the
        // header says.
        MemorySegment.copy(
                plan.file().bytes(), from, page, from, Math.min(end, plan.file().size()) - from);
        page.set(ValueLayout.JAVA_BYTE, TYPE_OF_LOADER, UNKNOWN_LOADER);
        page.set(U32, CODE32_START, (int) plan.pieces().getFirst().address());
        page.set(U32, RAMDISK_IMAGE, (int) initramfs.start());
        page.set(U32, RAMDISK_SIZE, (int) initramfs.bytes());
        page.set(U32, CMD_LINE_PTR, (int) LinuxLayout.COMMAND_LINE);
        page.set(U64, SETUP_DATA, 0);
        List<MemoryMap.Entry> map = MemoryMap.of(ram.byteSize());
        page.set(ValueLayout.JAVA_BYTE, E820_ENTRIES, (byte) map.size());
        for (int i = 0; i < map.size(); i++) {
            long at = E820_TABLE + (long) i * E820_ENTRY_BYTES;
            page.set(U64, at, map.get(i).start());
            page.set(U64, at + 8, map.get(i).bytes());
            page.set(U32, at + 16, map.get(i).type());
        }
        return new LinuxStart(
                Map.of(
                        Register.RIP, plan.entry(),
                        Register.RSI, LinuxLayout.ZERO_PAGE,
                        Register.RFLAGS, LinuxStart.RFLAGS),
                new SystemRegisters(
                        new Segment(0, -1, BootTables.CODE, 0xb, 0, true, true, false, true),
                        BootTables.data(),
                        BootTables.taskState(),
                        LinuxLayout.DESCRIPTOR_TABLE,
                        BootTables.writeDescriptors(ram, true),
                        0,
                        0,
                        CR0,
                        BootTables.writePageTables(ram),
                        CR4,
                        EFER));
    }
}
