package org.cofferdam.binding.kvm;

import static org.cofferdam.binding.kvm.KvmConstants.*;
import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Map;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * A virtual processor.
 *
 * <p>{@link #run()} and all else belong to one thread, but for {@link #setImmediateExit}, which any thread may
 * call. {@link #run()} allocates nothing. While it blocks the thread is a native one for the JVM, so it does
 * not delay garbage collection. Values of an exit come from the guest: check before use.
 */
public final class Vcpu implements AutoCloseable {
    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final int SEGMENT_BYTES = 24;
    private static final int SREGS_TR = 6 * SEGMENT_BYTES;
    private static final int SREGS_GDT = 8 * SEGMENT_BYTES;
    private static final int SREGS_IDT = SREGS_GDT + 16;
    private static final int SREGS_CR0 = SREGS_IDT + 16;

    private final int fd;
    private final Arena arena;
    private final MemorySegment run;
    private final MemorySegment regs;
    private final MemorySegment sregs;

    Vcpu(int fd, int runBytes) {
        long at = C.mmap(0, runBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (at == -1) {
            throw Libc.failure("mmap", "kvm_run");
        }
        this.fd = fd;
        this.arena = Arena.ofShared();
        this.run =
                MemorySegment.ofAddress(at)
                        .reinterpret(runBytes, arena, s -> C.munmap(s.address(), runBytes));
        this.regs = arena.allocate(REGS_BYTES, 8);
        this.sregs = arena.allocate(SREGS_BYTES, 8);
    }

    /**
     * Runs the guest until something leaves it, KVM_RUN. An MMIO load is answered by {@link #setMmioData}
     * before the next call.
     */
    public Exit run() {
        if (C.ioctl(fd, KVM_RUN, 0) < 0) {
            int errno = Libc.errno();
            if (errno == Errno.EINTR.code() || errno == Errno.EAGAIN.code()) {
                return Exit.INTERRUPTED;
            }
            if (Libc.errno() == Errno.EFAULT.code()) {
                return Exit.MEMORY_GONE;
            }
            throw Libc.failure("ioctl", "KVM_RUN");
        }
        return switch (run.get(INT, RUN_EXIT_REASON)) {
            case KVM_EXIT_MMIO -> Exit.MMIO;
            case KVM_EXIT_IO -> Exit.IO;
            case KVM_EXIT_HLT -> Exit.HLT;
            case KVM_EXIT_SHUTDOWN -> Exit.SHUTDOWN;
            case KVM_EXIT_INTR -> Exit.INTERRUPTED;
            case KVM_EXIT_FAIL_ENTRY -> Exit.FAIL_ENTRY;
            case KVM_EXIT_INTERNAL_ERROR -> Exit.INTERNAL_ERROR;
            default -> Exit.OTHER;
        };
    }

    /** The kernel's number of the last exit's reason. */
    public int exitReason() {
        return run.get(INT, RUN_EXIT_REASON);
    }

    /**
     * For {@link Exit#FAIL_ENTRY} the processor's reason, for {@link Exit#INTERNAL_ERROR} KVM's suberror, for
     * {@link Exit#IO} the port.
     */
    public long exitDetail() {
        return switch (exitReason()) {
            case KVM_EXIT_FAIL_ENTRY -> run.get(LONG, RUN_UNION);
            case KVM_EXIT_IO -> run.get(ValueLayout.JAVA_SHORT, RUN_UNION + 2) & 0xffffL;
            default -> run.get(INT, RUN_UNION) & 0xffff_ffffL;
        };
    }

    /** GPA of an MMIO exit. */
    public long mmioAddress() {
        return run.get(LONG, RUN_UNION);
    }

    /** Size of the access in bytes: 1, 2, 4 or 8. */
    public int mmioLength() {
        return run.get(INT, RUN_UNION + 16);
    }

    /** True for a store. */
    public boolean mmioWrite() {
        return run.get(ValueLayout.JAVA_BYTE, RUN_UNION + 20) != 0;
    }

    /** The stored value, zero-extended from {@link #mmioLength()} bytes, little-endian. */
    public long mmioData() {
        long all = run.get(LONG, RUN_UNION + 8);
        int length = mmioLength();
        return length >= 8 ? all : all & ((1L << (length * 8)) - 1);
    }

    /** What a load shall read. */
    public void setMmioData(long value) {
        run.set(LONG, RUN_UNION + 8, value);
    }

    /** The port of an IO exit. */
    public int portNumber() {
        return run.get(ValueLayout.JAVA_SHORT, RUN_UNION + 2) & 0xffff;
    }

    /** True for out, false for in, which is answered by {@link #setPortData} before the next run. */
    public boolean portWrite() {
        return run.get(ValueLayout.JAVA_BYTE, RUN_UNION) == KVM_EXIT_IO_OUT;
    }

    /** Size of each access in bytes: 1, 2 or 4. */
    public int portSize() {
        return run.get(ValueLayout.JAVA_BYTE, RUN_UNION + 1);
    }

    /** How many accesses there are: 1, or more for a string instruction. */
    public int portCount() {
        return run.get(INT, RUN_UNION + 4);
    }

    /**
     * A value that the guest puts out, zero-extended from {@link #portSize()} bytes.
     *
     * @param index 0 to {@link #portCount()} - 1
     */
    public int portData(int index) {
        long at = portDataAt(index);
        return switch (portSize()) {
            case 1 -> run.get(ValueLayout.JAVA_BYTE, at) & 0xff;
            case 2 -> run.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) & 0xffff;
            default -> run.get(ValueLayout.JAVA_INT_UNALIGNED, at);
        };
    }

    /** What the guest's access of this index shall read; the low {@link #portSize()} bytes count. */
    public void setPortData(int index, int value) {
        long at = portDataAt(index);
        switch (portSize()) {
            case 1 -> run.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> run.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) value);
            default -> run.set(ValueLayout.JAVA_INT_UNALIGNED, at, value);
        }
    }

    /** The kernel says where the data is; it is looked at as if it could be wrong. */
    private long portDataAt(int index) {
        int size = portSize();
        long offset = run.get(LONG, RUN_UNION + 8);
        // index and size are small, so their product fits a long; offset is compared before
        // anything is added to it
        if (index < 0
                || index >= portCount()
                || (size != 1 && size != 2 && size != 4)
                || offset < 0
                || offset > run.byteSize() - ((long) index + 1) * size) {
            throw new IndexOutOfBoundsException("no access " + index + " in this exit");
        }
        return offset + (long) index * size;
    }

    /** While true, {@link #run()} completes pending MMIO and comes back at once, KVM_CAP_IMMEDIATE_EXIT. */
    public void setImmediateExit(boolean on) {
        // Opaque: the kernel reads the byte once at entry; order against other data does not
        // matter.
        BYTE.setOpaque(run, RUN_IMMEDIATE_EXIT, (byte) (on ? 1 : 0));
    }

    /** Lets each exit store the registers in the shared page, KVM_CAP_SYNC_REGS; saves a call an exit. */
    public void syncRegisters(boolean general, boolean system) {
        run.set(
                LONG,
                RUN_VALID_REGS,
                (general ? KVM_SYNC_X86_REGS : 0) | (system ? KVM_SYNC_X86_SREGS : 0));
    }

    /** A register as the last exit left it in the shared page; only after {@link #syncRegisters}. */
    public long syncedRegister(Register register) {
        return run.get(LONG, RUN_SYNC_REGS + register.offset());
    }

    /** A general register, by KVM_GET_REGS. */
    public long register(Register register) {
        if (C.ioctl(fd, KVM_GET_REGS, regs.address()) != 0) {
            throw Libc.failure("ioctl", "KVM_GET_REGS");
        }
        return regs.get(LONG, register.offset());
    }

    /** Control register 2, the address of the last page fault, by KVM_GET_SREGS. */
    public long pageFaultAddress() {
        getSregs();
        return sregs.get(LONG, SREGS_CR0 + 8);
    }

    /** Sets RIP, RSP and RFLAGS; all other general registers become zero. */
    public void setStart(long rip, long rsp, long rflags) {
        setStart(Map.of(Register.RIP, rip, Register.RSP, rsp, Register.RFLAGS, rflags));
    }

    /** Sets the general registers; those that are not named become zero. RFLAGS wants bit 1. */
    public void setStart(Map<Register, Long> registers) {
        regs.fill((byte) 0);
        registers.forEach((register, value) -> regs.set(LONG, register.offset(), value));
        if (C.ioctl(fd, KVM_SET_REGS, regs.address()) != 0) {
            throw Libc.failure("ioctl", "KVM_SET_REGS");
        }
    }

    /** Sets segments, tables and control registers, KVM_SET_SREGS. */
    public void setSystemRegisters(SystemRegisters s) {
        getSregs();
        putSegment(0, s.cs());
        for (int i = 1; i <= 5; i++) { // ds, es, fs, gs, ss
            putSegment((long) i * SEGMENT_BYTES, s.data());
        }
        putSegment(SREGS_TR, s.tr());
        sregs.set(LONG, SREGS_GDT, s.gdtBase());
        sregs.set(ValueLayout.JAVA_SHORT, SREGS_GDT + 8, (short) s.gdtLimit());
        sregs.set(LONG, SREGS_IDT, s.idtBase());
        sregs.set(ValueLayout.JAVA_SHORT, SREGS_IDT + 8, (short) s.idtLimit());
        sregs.set(LONG, SREGS_CR0, s.cr0());
        sregs.set(LONG, SREGS_CR0 + 16, s.cr3());
        sregs.set(LONG, SREGS_CR0 + 24, s.cr4());
        sregs.set(LONG, SREGS_CR0 + 40, s.efer());
        if (C.ioctl(fd, KVM_SET_SREGS, sregs.address()) != 0) {
            throw Libc.failure("ioctl", "KVM_SET_SREGS");
        }
    }

    private void getSregs() {
        if (C.ioctl(fd, KVM_GET_SREGS, sregs.address()) != 0) {
            throw Libc.failure("ioctl", "KVM_GET_SREGS");
        }
    }

    private void putSegment(long at, Segment s) {
        sregs.set(LONG, at, s.base());
        sregs.set(INT, at + 8, s.limit());
        sregs.set(ValueLayout.JAVA_SHORT, at + 12, (short) s.selector());
        put(at + 14, s.type());
        put(at + 15, 1); // present
        put(at + 16, s.dpl());
        put(at + 17, s.big() ? 1 : 0);
        put(at + 18, s.codeOrData() ? 1 : 0);
        put(at + 19, s.longMode() ? 1 : 0);
        put(at + 20, s.granular() ? 1 : 0);
        put(at + 21, 0); // avl
        put(at + 22, 0); // unusable
        put(at + 23, 0);
    }

    private void put(long at, int value) {
        sregs.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    /** The frequency of the guest's time stamp counter in kHz. */
    public long tscKhz() {
        int khz = C.ioctl(fd, KVM_GET_TSC_KHZ, 0);
        if (khz < 0) {
            throw Libc.failure("ioctl", "KVM_GET_TSC_KHZ");
        }
        return khz;
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            C.close(fd);
        }
    }
}
