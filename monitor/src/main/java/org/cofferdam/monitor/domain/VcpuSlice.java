package org.cofferdam.monitor.domain;

import java.lang.foreign.MemorySegment;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.binding.kvm.Exit;
import org.cofferdam.binding.kvm.Register;
import org.cofferdam.binding.kvm.Vcpu;
import org.cofferdam.drivervm.DomainLayout;
import org.cofferdam.drivervm.Doorbell;
import org.cofferdam.drivervm.FaultFrame;
import org.cofferdam.drivervm.StatusPage;
import org.cofferdam.monitor.card.AssignedNic;
import org.jspecify.annotations.Nullable;

/**
 * One turn of the vCPU: runs it and serves its exits until the driver gives the processor back, is cut, or faults.
 *
 * <p>All that an exit says (address, length, value) is the domain's and is checked here; every exit is recorded.
 * Domain thread; allocation-free but for a fault.
 */
final class VcpuSlice {
    /** How a slice ended. */
    enum End {
        /** The slice timer came, or there were too many exits: the driver may be anywhere. */
        CUT,
        /** The driver found nothing more to do in this pass. */
        YIELDED,
        /** The driver wants to sleep. */
        WAITS,
        /** The domain is to be ended: {@link #faultKind()}. */
        FAULTED
    }

    /** A storm of doorbells leaves turns to the others. */
    private static final int MOST_EXITS = 64;

    private static final long BAR0 = DomainLayout.BAR0.value();
    private static final long DOORBELLS = DomainLayout.DOORBELLS.value();

    private final AssignedNic card;
    private final MemorySegment ram;
    private final DomainRecorder recorder;
    private boolean statusRung;
    private FaultKind faultKind = FaultKind.EXCEPTION;
    private String faultDetail = "";

    VcpuSlice(AssignedNic card, MemorySegment ram, DomainRecorder recorder) {
        this.card = card;
        this.ram = ram;
        this.recorder = recorder;
    }

    /** Runs {@code vcpu}. */
    End run(Vcpu vcpu) {
        for (int exits = 0; exits < MOST_EXITS; exits++) {
            Exit exit = vcpu.run();
            if (exit == Exit.INTERRUPTED) {
                return End.CUT;
            }
            if (exit != Exit.MMIO) {
                return ended(vcpu, exit);
            }
            End end = mmio(vcpu);
            if (end != null) {
                return end;
            }
        }
        return End.CUT;
    }

    /** Whether the STATUS doorbell was rung since the last call. */
    boolean takeStatusRung() {
        boolean was = statusRung;
        statusRung = false;
        return was;
    }

    /** Why the last slice ended in a fault. */
    FaultKind faultKind() {
        return faultKind;
    }

    /** The fault in words. */
    String faultDetail() {
        return faultDetail;
    }

    /** Serves one MMIO exit; null goes on. */
    private @Nullable End mmio(Vcpu vcpu) {
        long gpa = vcpu.mmioAddress();
        int length = vcpu.mmioLength();
        boolean write = vcpu.mmioWrite();
        long value = write ? vcpu.mmioData() : 0;
        if (gpa >= DOORBELLS && gpa < DOORBELLS + DomainLayout.PAGE_BYTES) {
            return doorbell(vcpu, gpa - DOORBELLS, length, write, value);
        }
        if (gpa >= BAR0 && gpa < BAR0 + DomainLayout.BAR0_BYTES) {
            long offset = gpa - BAR0;
            if (write) {
                card.writeRegister(offset, length, value);
                recorder.repeat(CrossingType.MMIO_WRITE, offset, value);
            } else {
                long read = card.readRegister(offset, length);
                vcpu.setMmioData(read);
                recorder.repeat(CrossingType.MMIO_READ, offset, read);
            }
            return null;
        }
        recorder.event(CrossingType.MMIO_REFUSED, gpa, length, value, write ? 1 : 0, 0);
        return fault(
                FaultKind.WILD_ACCESS,
                (write ? "store to 0x" : "load from 0x") + Long.toHexString(gpa));
    }

    private @Nullable End doorbell(Vcpu vcpu, long offset, int length, boolean write, long value) {
        Doorbell bell = write ? Doorbell.of(offset, length) : null;
        if (bell == null) {
            // Only aligned 32-bit stores to known places ring; a load reads all ones, as an empty
            // bus does.
            recorder.repeat(CrossingType.MMIO_REFUSED, DOORBELLS + offset, length);
            vcpu.setMmioData(-1L);
            return null;
        }
        recorder.repeat(CrossingType.DOORBELL, offset, value);
        return switch (bell) {
            case WAIT -> End.WAITS;
            case YIELD -> End.YIELDED;
            // The queues are looked at on every turn; the bell only ends the slice.
            case NOTIFY -> End.CUT;
            case STATUS -> {
                statusRung = true;
                yield null;
            }
            case FAULT -> {
                FaultFrame f = FaultFrame.read(ram);
                recorder.flush();
                recorder.event(
                        CrossingType.FAULT, f.vector(), f.errorCode(), f.cr2(), f.rip(), f.rsp());
                yield fault(FaultKind.EXCEPTION, f.describe());
            }
            case PANIC -> {
                String text = StatusPage.panicText(ram);
                recorder.flush();
                recorder.event(CrossingType.PANIC, value, 0, 0, text);
                yield fault(FaultKind.PANIC, "code " + value + ", " + text);
            }
        };
    }

    private End ended(Vcpu vcpu, Exit exit) {
        recorder.flush();
        long rip = vcpu.register(Register.RIP);
        recorder.event(CrossingType.VM_EXIT, vcpu.exitReason(), rip, vcpu.exitDetail());
        FaultKind kind =
                switch (exit) {
                    case SHUTDOWN -> FaultKind.SHUTDOWN;
                    case HLT -> FaultKind.HALT;
                    case IO -> FaultKind.PORT_IO;
                    case FAIL_ENTRY -> FaultKind.ENTRY_FAILED;
                    case MEMORY_GONE -> FaultKind.REGISTERS_GONE;
                    case INTERNAL_ERROR, OTHER, MMIO, INTERRUPTED -> FaultKind.EMULATION;
                };
        return fault(kind, "KVM exit " + vcpu.exitReason() + " at rip 0x" + Long.toHexString(rip));
    }

    private End fault(FaultKind kind, String detail) {
        faultKind = kind;
        faultDetail = detail;
        return End.FAULTED;
    }
}
