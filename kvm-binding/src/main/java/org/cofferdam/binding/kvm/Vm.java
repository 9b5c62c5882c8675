package org.cofferdam.binding.kvm;

import static org.cofferdam.binding.kvm.KvmConstants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.libc.Libc;
import org.cofferdam.binding.memory.MappedMemory;

/**
 * A virtual machine. One thread sets it up; the kernel frees it when its descriptor and those of its vCPUs
 * are closed.
 */
public final class Vm implements AutoCloseable {
    private static final int CPUID_ENTRIES = 256;
    private static final int CPUID_ENTRY_BYTES = 40;
    private static final int CPUID_HEADER_BYTES = 8;

    private final int kvm;
    private final int fd;
    private final int runBytes;
    private boolean open = true;

    Vm(int kvm, int fd, int runBytes) {
        this.kvm = kvm;
        this.fd = fd;
        this.runBytes = runBytes;
    }

    /**
     * Shows a part of {@code memory} to the guest, KVM_SET_USER_MEMORY_REGION.
     *
     * @param slot 0 and up; an existing slot is changed
     * @param guestAddress GPA in bytes, a multiple of 4096
     * @param memory must stay open as long as this VM
     * @param offset into the memory, a multiple of 4096
     * @param bytes a positive multiple of 4096
     * @param readOnly a guest's store leaves KVM_RUN as MMIO and changes nothing
     */
    public void setMemory(
            int slot,
            long guestAddress,
            MappedMemory memory,
            long offset,
            long bytes,
            boolean readOnly) {
        if (((guestAddress | offset | bytes) & 4095) != 0
                || bytes <= 0
                || offset < 0
                || offset > memory.size() - bytes) {
            throw new IllegalArgumentException("not a range of pages of the memory");
        }
        region(slot, guestAddress, memory.address() + offset, bytes, readOnly);
    }

    /** Takes a slot away from the guest. */
    public void removeMemory(int slot) {
        region(slot, 0, 0, 0, false);
    }

    private void region(int slot, long guest, long host, long bytes, boolean readOnly) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment r = arena.allocate(32, 8);
            r.set(ValueLayout.JAVA_INT, 0, slot);
            r.set(ValueLayout.JAVA_INT, 4, readOnly ? KVM_MEM_READONLY : 0);
            r.set(ValueLayout.JAVA_LONG, 8, guest);
            r.set(ValueLayout.JAVA_LONG, 16, bytes);
            r.set(ValueLayout.JAVA_LONG, 24, host);
            call(
                    KVM_SET_USER_MEMORY_REGION,
                    r.address(),
                    "KVM_SET_USER_MEMORY_REGION, slot "
                            + slot
                            + ", 0x"
                            + Long.toHexString(guest)
                            + "+0x"
                            + Long.toHexString(bytes));
        }
    }

    /** Makes the in-kernel interrupt controllers (two PICs, an IOAPIC, a LAPIC for each later vCPU). */
    public void createIrqchip() {
        // Three pages below 4 GiB that the guest does not use; old Intel processors need them.
        call(KVM_SET_TSS_ADDR, 0xfffbd000L, "KVM_SET_TSS_ADDR");
        // One more for them, a page table for real mode; the kernel's choice would be the same.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment page = arena.allocateFrom(ValueLayout.JAVA_LONG, 0xfffbc000L);
            call(KVM_SET_IDENTITY_MAP_ADDR, page.address(), "KVM_SET_IDENTITY_MAP_ADDR");
        }
        call(KVM_CREATE_IRQCHIP, 0, "KVM_CREATE_IRQCHIP");
    }

    /**
     * Makes the in-kernel timer (i8254, ports 0x40 to 0x43) on line 0, with port 0x61, by which a guest gates and reads
     * its third counter. After {@link #createIrqchip()}.
     */
    public void createPit() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment config = arena.allocate(64, 8); // struct kvm_pit_config
            config.set(ValueLayout.JAVA_INT, 0, KVM_PIT_SPEAKER_DUMMY);
            call(KVM_CREATE_PIT2, config.address(), "KVM_CREATE_PIT2");
        }
    }

    /**
     * Sets where all interrupt lines lead, in the place of what was set before. After {@link #createIrqchip()}; safe
     * while the guest runs and while irqfds of changed lines are assigned.
     */
    public void setRoutes(List<GsiRoute> routes) {
        try (Arena arena = Arena.ofConfined()) {
            call(
                    KVM_SET_GSI_ROUTING,
                    RoutingTable.of(arena, routes).address(),
                    "KVM_SET_GSI_ROUTING, " + routes.size() + " routes");
        }
    }

    /**
     * Makes every MSR that is not in the list a #GP to the guest, KVM_X86_SET_MSR_FILTER. Before the first vCPU.
     *
     * @return false where the host's KVM cannot ({@link Capability#X86_MSR_FILTER}, Linux 5.10); nothing is denied then
     */
    public boolean denyUnlistedMsrs(MsrList list) {
        if (C.ioctl(fd, KVM_CHECK_EXTENSION, Capability.X86_MSR_FILTER.number()) <= 0) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            call(KVM_X86_SET_MSR_FILTER, list.filter(arena).address(), "KVM_X86_SET_MSR_FILTER");
        }
        return true;
    }

    /** Sets the level of an interrupt line of the in-kernel controllers. */
    public void setIrqLine(int line, boolean high) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment level = arena.allocate(8, 8);
            level.set(ValueLayout.JAVA_INT, 0, line);
            level.set(ValueLayout.JAVA_INT, 4, high ? 1 : 0);
            call(KVM_IRQ_LINE, level.address(), "KVM_IRQ_LINE, " + line);
        }
    }

    /** Lets {@code trigger} raise an interrupt line, KVM_IRQFD; needs {@link #createIrqchip()}. */
    public void assignIrqfd(EventFd trigger, int line) {
        irqfd(trigger, line, 0, 0);
    }

    /**
     * The same for a level-triggered line: the line falls and {@code resample} is signalled when the guest
     * acknowledges the interrupt.
     */
    public void assignIrqfd(EventFd trigger, EventFd resample, int line) {
        irqfd(trigger, line, KVM_IRQFD_FLAG_RESAMPLE, resample.fd());
    }

    /** Takes an irqfd back. */
    public void deassignIrqfd(EventFd trigger, int line) {
        irqfd(trigger, line, KVM_IRQFD_FLAG_DEASSIGN, 0);
    }

    private void irqfd(EventFd trigger, int line, int flags, int resampleFd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment r = arena.allocate(32, 8);
            r.set(ValueLayout.JAVA_INT, 0, trigger.fd());
            r.set(ValueLayout.JAVA_INT, 4, line);
            r.set(ValueLayout.JAVA_INT, 8, flags);
            r.set(ValueLayout.JAVA_INT, 12, resampleFd);
            call(KVM_IRQFD, r.address(), "KVM_IRQFD, line " + line);
        }
    }

    /**
     * Lets a guest's store signal {@code event} inside the kernel instead of leaving KVM_RUN.
     *
     * @param guestAddress GPA of the doorbell
     * @param bytes size of the store: 1, 2, 4 or 8
     */
    public void assignIoeventfd(EventFd event, long guestAddress, int bytes) {
        ioeventfd(event, guestAddress, bytes, 0, 0);
    }

    /** The same for stores of one value only. */
    public void assignIoeventfd(EventFd event, long guestAddress, int bytes, long value) {
        ioeventfd(event, guestAddress, bytes, KVM_IOEVENTFD_FLAG_DATAMATCH, value);
    }

    /** Takes an ioeventfd without a value back. */
    public void deassignIoeventfd(EventFd event, long guestAddress, int bytes) {
        ioeventfd(event, guestAddress, bytes, KVM_IOEVENTFD_FLAG_DEASSIGN, 0);
    }

    private void ioeventfd(EventFd event, long address, int bytes, int flags, long value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment r = arena.allocate(64, 8);
            r.set(ValueLayout.JAVA_LONG, 0, value);
            r.set(ValueLayout.JAVA_LONG, 8, address);
            r.set(ValueLayout.JAVA_INT, 16, bytes);
            r.set(ValueLayout.JAVA_INT, 20, event.fd());
            r.set(ValueLayout.JAVA_INT, 24, flags);
            call(KVM_IOEVENTFD, r.address(), "KVM_IOEVENTFD, 0x" + Long.toHexString(address));
        }
    }

    /** Makes a vCPU, to be run by one thread. It sees the CPUID that the host's KVM supports. */
    public Vcpu createVcpu(int id) {
        return createVcpu(id, Optional::of);
    }

    /** The same, with a CPUID of which the filter decides. */
    public Vcpu createVcpu(int id, CpuidFilter filter) {
        int vcpu = C.ioctl(fd, KVM_CREATE_VCPU, id);
        if (vcpu < 0) {
            throw Libc.failure("ioctl", "KVM_CREATE_VCPU, " + id);
        }
        try {
            setCpuid(vcpu, filter);
            return new Vcpu(vcpu, runBytes);
        } catch (RuntimeException e) {
            C.close(vcpu);
            throw e;
        }
    }

    /**
     * What the kernel has of this machine, but for its memory. It has the in-kernel interrupt controllers and timer.
     *
     * @param vcpu its only one; it does not run and has finished its last exit ({@link Vcpu#setImmediateExit})
     */
    public MachineState save(Vcpu vcpu) {
        return new MachineState(kvm, fd, vcpu.fd());
    }

    /**
     * Lets this machine go on from where another one was saved, which had been made as this one; its memory is the caller's
     * to fill.
     *
     * @param vcpu its only one, which has not run yet
     */
    public void restore(Vcpu vcpu, MachineState state) {
        state.applyTo(fd, vcpu.fd());
    }

    private void setCpuid(int vcpu, CpuidFilter filter) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cpuid =
                    arena.allocate(
                            CPUID_HEADER_BYTES + (long) CPUID_ENTRIES * CPUID_ENTRY_BYTES, 8);
            cpuid.set(ValueLayout.JAVA_INT, 0, CPUID_ENTRIES);
            if (C.ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid.address()) != 0) {
                throw Libc.failure("ioctl", "KVM_GET_SUPPORTED_CPUID");
            }
            int count = cpuid.get(ValueLayout.JAVA_INT, 0);
            int kept = 0;
            for (int i = 0; i < count; i++) {
                Optional<CpuidEntry> entry = filter.filter(cpuidEntry(cpuid, i));
                if (entry.isPresent()) {
                    putCpuidEntry(cpuid, kept++, entry.get()); // never past the one that was read
                }
            }
            cpuid.set(ValueLayout.JAVA_INT, 0, kept);
            if (C.ioctl(vcpu, KVM_SET_CPUID2, cpuid.address()) != 0) {
                throw Libc.failure("ioctl", "KVM_SET_CPUID2");
            }
        }
    }

    private static CpuidEntry cpuidEntry(MemorySegment cpuid, int index) {
        long at = CPUID_HEADER_BYTES + (long) index * CPUID_ENTRY_BYTES;
        return new CpuidEntry(
                cpuid.get(ValueLayout.JAVA_INT, at),
                cpuid.get(ValueLayout.JAVA_INT, at + 4),
                (cpuid.get(ValueLayout.JAVA_INT, at + 8) & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) != 0,
                cpuid.get(ValueLayout.JAVA_INT, at + 12),
                cpuid.get(ValueLayout.JAVA_INT, at + 16),
                cpuid.get(ValueLayout.JAVA_INT, at + 20),
                cpuid.get(ValueLayout.JAVA_INT, at + 24));
    }

    private static void putCpuidEntry(MemorySegment cpuid, int index, CpuidEntry entry) {
        long at = CPUID_HEADER_BYTES + (long) index * CPUID_ENTRY_BYTES;
        cpuid.asSlice(at, CPUID_ENTRY_BYTES).fill((byte) 0);
        cpuid.set(ValueLayout.JAVA_INT, at, entry.leaf());
        cpuid.set(ValueLayout.JAVA_INT, at + 4, entry.subleaf());
        cpuid.set(
                ValueLayout.JAVA_INT,
                at + 8,
                entry.subleafMatters() ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0);
        cpuid.set(ValueLayout.JAVA_INT, at + 12, entry.eax());
        cpuid.set(ValueLayout.JAVA_INT, at + 16, entry.ebx());
        cpuid.set(ValueLayout.JAVA_INT, at + 20, entry.ecx());
        cpuid.set(ValueLayout.JAVA_INT, at + 24, entry.edx());
    }

    private void call(long request, long argument, String detail) {
        if (C.ioctl(fd, request, argument) < 0) {
            throw Libc.failure("ioctl", detail);
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            C.close(fd);
        }
    }
}
