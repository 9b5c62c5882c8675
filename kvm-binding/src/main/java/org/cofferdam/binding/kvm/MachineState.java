package org.cofferdam.binding.kvm;

import static org.cofferdam.binding.kvm.KvmConstants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.cofferdam.binding.libc.Libc;

/**
 * What the kernel has of a virtual machine that stands still, but for its memory: its processor's registers, interrupt
 * controllers, timer and clock. Another machine that was made in the same way, on the same host, goes on from there.
 *
 * <p>Immutable; any thread.
 */
public final class MachineState {
    private static final int CHIPS =
            3; // two PICs, an IOAPIC: KVM_IRQCHIP_PIC_MASTER, _PIC_SLAVE, _IOAPIC
    private static final int CHIP_BYTES = 520;
    private static final int PIT_BYTES = 112;
    private static final int CLOCK_BYTES = 48;
    private static final int CLOCK_FLAGS_AT = 8;

    private static final int MSR_BYTES = 24; // struct kvm_msrs with one entry
    private static final int MOST_MSRS = 1024;
    private static final int MSR_TSC_DEADLINE = 0x6e0;

    /** A part that is got and set as it is, by structures of linux/kvm.h. */
    private enum Part {
        // In the order of setting: the LAPIC wants its base from the system registers, events come
        // last.
        MP_STATE(KVM_GET_MP_STATE, KVM_SET_MP_STATE, 4),
        REGS(KVM_GET_REGS, KVM_SET_REGS, REGS_BYTES),
        SREGS(KVM_GET_SREGS, KVM_SET_SREGS, SREGS_BYTES),
        XSAVE(KVM_GET_XSAVE, KVM_SET_XSAVE, 4096),
        XCRS(KVM_GET_XCRS, KVM_SET_XCRS, 392),
        DEBUGREGS(KVM_GET_DEBUGREGS, KVM_SET_DEBUGREGS, 128),
        LAPIC(KVM_GET_LAPIC, KVM_SET_LAPIC, 1024),
        VCPU_EVENTS(KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS, 64);

        private final long get;
        private final long set;
        private final int bytes;

        Part(long get, long set, int bytes) {
            this.get = get;
            this.set = set;
            this.bytes = bytes;
        }
    }

    private record Msr(int number, long value) {}

    private final List<byte[]> chips = new ArrayList<>();
    private final byte[] pit;
    private final byte[] clock;
    private final Map<Part, byte[]> parts = new EnumMap<>(Part.class);
    private final List<Msr> msrs = new ArrayList<>();

    /**
     * Reads it all. The processor has finished its last exit and does not run.
     */
    MachineState(int kvm, int vm, int vcpu) {
        try (Arena arena = Arena.ofConfined()) {
            for (Part part : Part.values()) {
                parts.put(part, get(vcpu, part.get, arena.allocate(part.bytes, 8), part.name()));
            }
            for (int msr : numbers(kvm, arena)) {
                MemorySegment one = arena.allocate(MSR_BYTES, 8);
                if (read(vcpu, one, msr)) {
                    msrs.add(new Msr(msr, one.get(ValueLayout.JAVA_LONG, 16)));
                }
            }
            for (int chip = 0; chip < CHIPS; chip++) {
                MemorySegment memory = arena.allocate(CHIP_BYTES, 8);
                memory.set(ValueLayout.JAVA_INT, 0, chip);
                chips.add(get(vm, KVM_GET_IRQCHIP, memory, "IRQCHIP"));
            }
            pit = get(vm, KVM_GET_PIT2, arena.allocate(PIT_BYTES, 8), "PIT2");
            clock = get(vm, KVM_GET_CLOCK, arena.allocate(CLOCK_BYTES, 8), "CLOCK");
        }
    }

    private static byte[] get(int fd, long request, MemorySegment memory, String name) {
        if (C.ioctl(fd, request, memory.address()) < 0) {
            throw Libc.failure("ioctl", "KVM_GET_" + name);
        }
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    /** The registers that this kernel would have saved, KVM_GET_MSR_INDEX_LIST. */
    private static int[] numbers(int kvm, Arena arena) {
        MemorySegment list = arena.allocate(4 + 4L * MOST_MSRS, 8);
        list.set(ValueLayout.JAVA_INT, 0, MOST_MSRS);
        if (C.ioctl(kvm, KVM_GET_MSR_INDEX_LIST, list.address()) < 0) {
            throw Libc.failure("ioctl", "KVM_GET_MSR_INDEX_LIST");
        }
        int count = list.get(ValueLayout.JAVA_INT, 0);
        return list.asSlice(4, 4L * count).toArray(ValueLayout.JAVA_INT);
    }

    /** False for one that this machine does not have. */
    private static boolean read(int vcpu, MemorySegment one, int number) {
        one.set(ValueLayout.JAVA_LONG, 0, 1); // nmsrs
        one.set(ValueLayout.JAVA_LONG, 8, Integer.toUnsignedLong(number));
        int done = C.ioctl(vcpu, KVM_GET_MSRS, one.address());
        if (done < 0) {
            throw Libc.failure("ioctl", "KVM_GET_MSRS, 0x" + Integer.toHexString(number));
        }
        return done == 1;
    }

    /** Gives it all to another machine, whose processor has not run yet. */
    void applyTo(int vm, int vcpu) {
        try (Arena arena = Arena.ofConfined()) {
            for (byte[] chip : chips) {
                set(vm, KVM_SET_IRQCHIP, arena, chip, "IRQCHIP");
            }
            set(vm, KVM_SET_PIT2, arena, pit, "PIT2");
            byte[] time = clock.clone();
            MemorySegment.ofArray(time).set(ValueLayout.JAVA_INT_UNALIGNED, CLOCK_FLAGS_AT, 0);
            set(vm, KVM_SET_CLOCK, arena, time, "CLOCK");
            for (Part part : Part.values()) {
                if (part == Part.VCPU_EVENTS) {
                    setMsrs(vcpu, arena);
                }
                // A processor without XSAVE has no extended control registers and refuses any.
                if (part != Part.XCRS || hasXcrs()) {
                    set(vcpu, part.set, arena, of(part), part.name());
                }
            }
        }
    }

    private byte[] of(Part part) {
        return Objects.requireNonNull(parts.get(part));
    }

    /** struct kvm_xcrs begins with their number. */
    private boolean hasXcrs() {
        return MemorySegment.ofArray(of(Part.XCRS)).get(ValueLayout.JAVA_INT_UNALIGNED, 0) != 0;
    }

    private static void set(int fd, long request, Arena arena, byte[] bytes, String name) {
        MemorySegment memory = arena.allocate(bytes.length, 8);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        if (C.ioctl(fd, request, memory.address()) < 0) {
            throw Libc.failure("ioctl", "KVM_SET_" + name);
        }
    }

    /** Those that differ: many cannot be written, and need not. The deadline counts from the time stamp counter, so it is last. */
    private void setMsrs(int vcpu, Arena arena) {
        MemorySegment one = arena.allocate(MSR_BYTES, 8);
        for (Msr msr : msrs) {
            if (msr.number() != MSR_TSC_DEADLINE) {
                setMsr(vcpu, one, msr);
            }
        }
        for (Msr msr : msrs) {
            if (msr.number() == MSR_TSC_DEADLINE) {
                setMsr(vcpu, one, msr);
            }
        }
    }

    private static void setMsr(int vcpu, MemorySegment one, Msr msr) {
        if (read(vcpu, one, msr.number()) && one.get(ValueLayout.JAVA_LONG, 16) == msr.value()) {
            return;
        }
        one.set(ValueLayout.JAVA_LONG, 16, msr.value());
        if (C.ioctl(vcpu, KVM_SET_MSRS, one.address()) != 1) {
            throw Libc.failure("ioctl", "KVM_SET_MSRS, 0x" + Integer.toHexString(msr.number()));
        }
    }
}
