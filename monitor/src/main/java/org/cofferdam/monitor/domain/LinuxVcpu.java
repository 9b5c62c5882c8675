package org.cofferdam.monitor.domain;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.binding.kvm.Exit;
import org.cofferdam.binding.kvm.Register;
import org.cofferdam.binding.kvm.Vcpu;
import org.cofferdam.binding.thread.ThreadKick;
import org.cofferdam.monitor.pc.PciHost;
import org.cofferdam.monitor.pc.PortBus;
import org.cofferdam.monitor.pc.WriteJournal;
import org.jspecify.annotations.Nullable;

/**
 * The virtual processor of a Linux domain: a thread of its own that runs it and serves its exits with the devices of its
 * PC, until it is stopped or the domain ends by itself.
 *
 * <p>All that an exit says is the domain's and is checked by the device it is for; every exit is recorded. When the log is
 * behind, the domain waits for it, and nobody else.
 */
final class LinuxVcpu {
    /** Who hears of the end, once, on the vCPU's thread; not after {@link #stop}. */
    @FunctionalInterface
    interface Ending {
        void ended(FaultKind kind, String detail);
    }

    private static final int CONFIG_ADDRESS = PciHost.FIRST_PORT;
    private static final int CONFIG_DATA = PciHost.FIRST_PORT + 4;
    private static final long LOG_PAUSE_NANOS = 1_000_000L;
    private static final long KICK_MILLIS = 5;
    private static final long INTERRUPTS_ON = 1 << 9; // SDM 1, 3.4.3.3

    private final Vcpu vcpu;
    private final PortBus ports;
    private final PciHost pci;
    private final DomainRecorder recorder;
    private final WriteJournal journal = new WriteJournal();
    private final Ending ending;
    private final Thread thread;
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable ThreadKick kick;
    private volatile boolean stopping;
    private @Nullable Runnable between;
    private boolean journalling = true;
    private int configAddress;
    private @Nullable FaultKind endKind;
    private String endDetail = "";

    /**
     * @param recorder of this thread alone
     */
    LinuxVcpu(Vcpu vcpu, PortBus ports, PciHost pci, DomainRecorder recorder, Ending ending) {
        this.vcpu = vcpu;
        this.ports = ports;
        this.pci = pci;
        this.recorder = recorder;
        this.ending = ending;
        this.thread = Thread.ofPlatform().name("vcpu").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Whether the thread is to end: who waits on it for another thread must give up. Any thread. */
    boolean stopping() {
        return stopping;
    }

    /** Ends the domain after the exit that is being served: by a device, on the vCPU's thread. */
    void end(FaultKind kind, String detail) {
        if (endKind == null) {
            endKind = kind;
            endDetail = detail;
        }
    }

    /**
     * Has something done once, when the exit that is being served is over and the processor stands still. By a device, on the
     * vCPU's thread.
     */
    void afterThisExit(Runnable what) {
        between = what;
    }

    /** What the domain has written to its devices so far, but for text; nothing more is noted. The vCPU's thread, or before it starts. */
    WriteJournal endJournal() {
        journalling = false;
        return journal;
    }

    /** Stops it wherever it is, and waits until no instruction of it can run any more. Not on the vCPU's thread. */
    void stop() {
        stopping = true;
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        vcpu.setImmediateExit(true);
        boolean interrupted = false;
        while (true) {
            try {
                started.await();
                // A signal that comes just before KVM_RUN is lost, but immediate_exit is not; a
                // signal is needed only to leave it.
                ThreadKick k = kick;
                if (k != null) {
                    k.kick();
                }
                if (ended.await(KICK_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The instruction that comes next, and whether an interrupt could come before it. After {@link #stop}. */
    String whereItStands() {
        boolean open = (vcpu.register(Register.RFLAGS) & INTERRUPTS_ON) != 0;
        return "at rip 0x"
                + Long.toHexString(vcpu.register(Register.RIP))
                + " with interrupts "
                + (open ? "on" : "off");
    }

    private void run() {
        try {
            kick = ThreadKick.forThisThread();
            started.countDown();
            loop();
        } catch (RuntimeException e) {
            end(FaultKind.EMULATION, String.valueOf(e.getMessage()));
        } finally {
            started.countDown();
            kick = null;
            recorder.flush();
            FaultKind kind = endKind;
            ended.countDown();
            if (kind != null && !stopping) {
                ending.ended(kind, endDetail);
            }
        }
    }

    private void loop() {
        while (!stopping && endKind == null) {
            if (!recorder.hasRoom()) {
                LockSupport.parkNanos(LOG_PAUSE_NANOS);
                continue;
            }
            Exit exit = vcpu.run();
            switch (exit) {
                case INTERRUPTED -> {}
                case IO -> port();
                case MMIO -> memory();
                default -> ended(exit);
            }
            recorder.expire();
            Runnable due = between;
            if (due != null) {
                between = null;
                finishExit();
                due.run();
            }
        }
    }

    /** The instruction that led to an exit is over only with the next KVM_RUN (Documentation/virt/kvm/api.rst, 5). */
    private void finishExit() {
        vcpu.setImmediateExit(true);
        vcpu.run();
        // Who stops the domain meanwhile goes on to kick it, so that nothing is lost by this.
        vcpu.setImmediateExit(stopping);
    }

    /** An in or out instruction; with a repeat prefix several times at one port. */
    private void port() {
        int port = vcpu.portNumber();
        int size = vcpu.portSize();
        boolean write = vcpu.portWrite();
        int count = vcpu.portCount();
        for (int i = 0; i < count; i++) {
            if (write) {
                int value = vcpu.portData(i);
                ports.write(port, size, value);
                if (journalling && !isSerialData(port)) {
                    journal.wrotePort(port, size, value);
                }
                record(port, value);
            } else {
                int value = ports.read(port, size);
                vcpu.setPortData(i, value);
                recorder.repeat(CrossingType.PORT_IN, port, Integer.toUnsignedLong(value));
            }
        }
    }

    /** What goes to a serial port is recorded by the line; a write of a configuration space by its device and offset. */
    private void record(int port, int value) {
        if (port == CONFIG_ADDRESS) {
            configAddress = value;
        }
        if (port >= CONFIG_DATA && port < CONFIG_DATA + 4) {
            recorder.event(
                    CrossingType.CONFIG_WRITE,
                    configAddress >> 11 & 0x1f,
                    (configAddress & 0xfc) + port - CONFIG_DATA,
                    Integer.toUnsignedLong(value));
        } else {
            recorder.repeat(
                    CrossingType.PORT_OUT,
                    port,
                    isSerialData(port) ? 0 : Integer.toUnsignedLong(value));
        }
    }

    /** What goes there is recorded by the line. */
    private static boolean isSerialData(int port) {
        return port == LinuxMachine.CONSOLE_PORT || port == LinuxMachine.RECORDS_PORT;
    }

    private void memory() {
        long gpa = vcpu.mmioAddress();
        int length = vcpu.mmioLength();
        if (vcpu.mmioWrite()) {
            long value = vcpu.mmioData();
            if (journalling) {
                journal.wroteMemory(gpa, length, value);
            }
            if (pci.writeMemory(gpa, length, value)) {
                recorder.repeat(CrossingType.MMIO_WRITE, gpa, value);
            } else {
                recorder.event(CrossingType.MMIO_REFUSED, gpa, length, value, 1, 0);
            }
            return;
        }
        boolean there = pci.decodesMemory(gpa, length);
        long value = there ? pci.readMemory(gpa, length) : -1L;
        vcpu.setMmioData(value);
        if (there) {
            recorder.repeat(CrossingType.MMIO_READ, gpa, value);
        } else {
            recorder.event(CrossingType.MMIO_REFUSED, gpa, length, 0, 0, 0);
        }
    }

    private void ended(Exit exit) {
        recorder.flush();
        long rip = exit == Exit.SHUTDOWN ? 0 : vcpu.register(Register.RIP);
        recorder.event(CrossingType.VM_EXIT, vcpu.exitReason(), rip, vcpu.exitDetail());
        FaultKind kind =
                switch (exit) {
                    case SHUTDOWN -> FaultKind.SHUTDOWN;
                    case HLT -> FaultKind.HALT;
                    case FAIL_ENTRY -> FaultKind.ENTRY_FAILED;
                    case MEMORY_GONE -> FaultKind.REGISTERS_GONE;
                    case IO, INTERNAL_ERROR, OTHER, MMIO, INTERRUPTED -> FaultKind.EMULATION;
                };
        end(
                kind,
                "KVM exit "
                        + vcpu.exitReason()
                        + (exit == Exit.SHUTDOWN ? "" : " at rip 0x" + Long.toHexString(rip)));
    }
}
