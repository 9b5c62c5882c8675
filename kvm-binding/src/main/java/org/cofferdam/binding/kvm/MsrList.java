package org.cofferdam.binding.kvm;

import static org.cofferdam.binding.kvm.KvmConstants.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The model-specific registers that a guest may read and write, for {@link Vm#denyUnlistedMsrs}. All others are #GP in
 * the guest, whether KVM emulates them or not.
 *
 * <p>The x2APIC's registers, 0x800 to 0x8ff, are beyond the filter: KVM lets them through always
 * (Documentation/virt/kvm/api.rst, KVM_X86_SET_MSR_FILTER), and its LAPIC checks them.
 */
public final class MsrList {
    /** A window of numbers that share a bitmap, of which the kernel takes 16, each of at most 0x600 bytes. */
    private static final int WINDOW = 0x800;

    private static final int MOST_WINDOWS = 16;
    private static final int FILTER_BYTES = 392;
    private static final int RANGES_AT = 8;
    private static final int RANGE_BYTES = 24;

    /** Numbers are unsigned 32 bits in a long. */
    private record Range(long first, int count) {}

    private final List<Range> ranges = new ArrayList<>();

    private MsrList() {}

    /**
     * What a Linux kernel of 2020 or later uses on one processor with the features of {@link CpuidTemplate}. Names as in
     * arch/x86/include/asm/msr-index.h. What it probes beyond them it probes with a handler for #GP.
     */
    public static MsrList forLinux() {
        MsrList list = new MsrList();
        list.add(0x10); // TSC
        list.add(0x17); // PLATFORM_ID
        list.add(0x1b); // APICBASE
        list.add(0x34); // SMI_COUNT
        list.add(0x3b); // TSC_ADJUST
        list.add(0x48, 2); // SPEC_CTRL, PRED_CMD
        list.add(0x8b); // UCODE_REV
        list.add(0xce); // PLATFORM_INFO
        list.add(0xfe); // MTRRcap
        list.add(0x10a, 2); // ARCH_CAPABILITIES, FLUSH_CMD
        list.add(0x122); // TSX_CTRL: how TSX is switched off
        list.add(0x140); // MISC_FEATURES_ENABLES
        list.add(0x174, 3); // SYSENTER_CS, ESP, EIP
        list.add(0x179, 3); // MCG_CAP, STATUS, CTL
        list.add(0x1a0); // MISC_ENABLE; verify_cpu reads it before there is a handler
        list.add(0x200, 16); // MTRRphysBase, MTRRphysMask
        list.add(0x250); // MTRRfix64K
        list.add(0x258, 2); // MTRRfix16K
        list.add(0x268, 8); // MTRRfix4K
        list.add(0x277); // PAT
        list.add(0x280, 32); // MCx_CTL2
        list.add(0x2ff); // MTRRdefType
        list.add(0x400, 128); // MCx_CTL, STATUS, ADDR, MISC
        list.add(0x6e0); // TSC_DEADLINE
        list.add(0xda0); // XSS
        list.add(0x4b56_4d00, 2); // KVM wall clock, system time
        list.add(0x4b56_4d04); // KVM PV EOI
        list.add(0xc000_0080L, 5); // EFER, STAR, LSTAR, CSTAR, SYSCALL_MASK
        list.add(0xc000_0100L, 4); // FS_BASE, GS_BASE, KERNEL_GS_BASE, TSC_AUX
        list.add(0xc001_0010L); // AMD SYSCFG
        list.add(0xc001_0015L); // AMD HWCR
        list.add(0xc001_001aL); // AMD TOP_MEM
        list.add(0xc001_001dL); // AMD TOP_MEM2
        list.add(0xc001_0055L); // AMD INT_PENDING_MSG
        list.add(0xc001_0058L); // AMD MMIO_CONF_BASE
        list.add(0xc001_0140L, 2); // AMD OSVW
        list.add(0xc001_011fL); // AMD VIRT_SPEC_CTRL
        list.add(0xc001_1020L); // AMD LS_CFG
        list.add(0xc001_1022L, 2); // AMD DC_CFG, TW_CFG
        list.add(0xc001_1029L, 2); // AMD DE_CFG, BU_CFG2
        return list;
    }

    private void add(long msr) {
        add(msr, 1);
    }

    private void add(long first, int count) {
        ranges.add(new Range(first, count));
    }

    /** Writes struct kvm_msr_filter, which points at bitmaps in {@code arena}. */
    MemorySegment filter(Arena arena) {
        MemorySegment filter = arena.allocate(FILTER_BYTES, 8);
        filter.set(ValueLayout.JAVA_INT, 0, KVM_MSR_FILTER_DEFAULT_DENY);
        List<Long> windows =
                ranges.stream().map(r -> r.first() / WINDOW * WINDOW).distinct().toList();
        if (windows.size() > MOST_WINDOWS) {
            throw new IllegalStateException("the kernel takes " + MOST_WINDOWS + " ranges of MSRs");
        }
        for (int i = 0; i < windows.size(); i++) {
            long start = windows.get(i);
            MemorySegment bitmap = arena.allocate(WINDOW / 8, 8);
            for (Range range : ranges) {
                for (long msr = range.first(); msr < range.first() + range.count(); msr++) {
                    if (msr >= start && msr < start + WINDOW) {
                        setBit(bitmap, (int) (msr - start));
                    }
                }
            }
            long at = RANGES_AT + (long) i * RANGE_BYTES;
            filter.set(ValueLayout.JAVA_INT, at, KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE);
            filter.set(ValueLayout.JAVA_INT, at + 4, WINDOW);
            filter.set(ValueLayout.JAVA_INT, at + 8, (int) start);
            filter.set(ValueLayout.JAVA_LONG, at + 16, bitmap.address());
        }
        return filter;
    }

    private static void setBit(MemorySegment bitmap, int bit) {
        byte old = bitmap.get(ValueLayout.JAVA_BYTE, bit / 8);
        bitmap.set(ValueLayout.JAVA_BYTE, bit / 8, (byte) (old | (1 << (bit % 8))));
    }
}
