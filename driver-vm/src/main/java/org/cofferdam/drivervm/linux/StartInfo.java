package org.cofferdam.drivervm.linux;

import static org.cofferdam.drivervm.linux.KernelFile.U32;
import static org.cofferdam.drivervm.linux.KernelFile.U64;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.cofferdam.binding.kvm.Register;
import org.cofferdam.binding.kvm.Segment;
import org.cofferdam.binding.kvm.SystemRegisters;

/**
 * What a kernel reads that is entered by PVH (Xen, public/arch-x86/hvm/start_info.h, and docs/misc/pvh.pandoc for the
 * processor's state).
 *
 * <pre>
 * struct hvm_start_info      0 magic   4 version   8 flags   12 modules   16 module list   24 command line
 *                           32 RSDP   40 memory map   48 its entries   52 reserved
 * struct hvm_modlist_entry   0 address   8 size   16 command line   24 reserved
 * struct hvm_memmap_table_entry   0 address   8 size   16 type   20 reserved
 * </pre>
 */
final class StartInfo {
    private static final int MAGIC = 0x336e_c578;
    private static final int VERSION = 1;
    private static final long MODULES = LinuxLayout.START_INFO + 0x40;
    private static final long MEMORY_MAP = LinuxLayout.START_INFO + 0x80;
    private static final long MEMORY_MAP_ENTRY_BYTES = 24;

    /** PE and ET. */
    private static final long CR0 = 0x11;

    private StartInfo() {}

    static LinuxStart write(MemorySegment ram, KernelPlan plan, Initramfs initramfs) {
        MemorySegment info = ram.asSlice(LinuxLayout.START_INFO, LinuxLayout.PAGE);
        info.fill((byte) 0);
        info.set(U32, 0, MAGIC);
        info.set(U32, 4, VERSION);
        if (initramfs.bytes() > 0) {
            info.set(U32, 12, 1);
            info.set(U64, 16, MODULES);
            ram.set(U64, MODULES, initramfs.start());
            ram.set(U64, MODULES + 8, initramfs.bytes());
        }
        info.set(U64, 24, LinuxLayout.COMMAND_LINE);
        List<MemoryMap.Entry> map = MemoryMap.of(ram.byteSize());
        info.set(U64, 40, MEMORY_MAP);
        info.set(U32, 48, map.size());
        for (int i = 0; i < map.size(); i++) {
            long at = MEMORY_MAP + i * MEMORY_MAP_ENTRY_BYTES;
            ram.set(U64, at, map.get(i).start());
            ram.set(U64, at + 8, map.get(i).bytes());
            ram.set(U32, at + 16, map.get(i).type());
        }
        return new LinuxStart(
                Map.of(
                        Register.RIP, plan.entry(),
                        Register.RBX, LinuxLayout.START_INFO,
                        Register.RFLAGS, LinuxStart.RFLAGS),
                new SystemRegisters(
                        new Segment(0, -1, BootTables.CODE, 0xb, 0, true, false, true, true),
                        BootTables.data(),
                        BootTables.taskState(),
                        LinuxLayout.DESCRIPTOR_TABLE,
                        BootTables.writeDescriptors(ram, false),
                        0,
                        0,
                        CR0,
                        0,
                        0,
                        0));
    }
}
