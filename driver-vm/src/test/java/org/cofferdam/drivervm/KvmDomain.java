package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofferdam.binding.kvm.Exit;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.kvm.Register;
import org.cofferdam.binding.kvm.Vcpu;
import org.cofferdam.binding.kvm.Vm;
import org.cofferdam.binding.memory.SharedMemory;

/** A small domain on the real /dev/kvm, run exit by exit by the test's thread. */
final class KvmDomain implements AutoCloseable {

    static final long VIRTIO_F_VERSION_1 = 1L << 32;
    static final long VIRTIO_F_IN_ORDER = 1L << 35;
    static final long VIRTIO_NET_F_MRG_RXBUF = 1L << 15;

    private static final int RING_REGISTERS_SLOT = 5;
    private static final long RING_REGISTERS = 0x2000;
    private static final long RING_REGISTERS_BYTES = 0x2000;

    private final SharedMemory memory =
            SharedMemory.create("test-domain", DomainLayout.MEMORY_BYTES);
    private final SharedMemory ringRegisters =
            SharedMemory.create("test-card", RING_REGISTERS_BYTES);
    private final Kvm kvm = Kvm.open();
    private final Vm vm = kvm.createVm();
    private final Vcpu vcpu;
    private int exits;

    /** Whether this machine has KVM. */
    static boolean isPossible() {
        return Files.exists(Path.of("/dev/kvm"));
    }

    KvmDomain(NanoImage image, int pciDevice, long features) {
        for (MemoryRegion region : DomainLayout.REGIONS) {
            long start = region.start().value();
            vm.setMemory(region.slot(), start, memory, start, region.bytes(), region.readOnly());
        }
        vm.setMemory(
                RING_REGISTERS_SLOT,
                DomainLayout.BAR0.value() + RING_REGISTERS,
                ringRegisters,
                0,
                RING_REGISTERS_BYTES,
                false);
        vcpu = vm.createVcpu(0);
        BootPage boot = new BootPage(vcpu.tscKhz(), 0x8086, pciDevice, 1500, features, 4);
        InitialState start = NanoLoader.load(memory.segment(), image, boot);
        vcpu.setSystemRegisters(start.system());
        vcpu.setStart(start.rip(), start.rsp(), start.rflags());
    }

    KvmDomain(NanoImage image) {
        this(image, 0x10d3, VIRTIO_F_VERSION_1 | VIRTIO_NET_F_MRG_RXBUF | VIRTIO_F_IN_ORDER);
    }

    MemorySegment memory() {
        return memory.segment();
    }

    /** The card's registers 0x2000 to 0x3fff, which the driver writes without an exit. */
    MemorySegment ringRegisters() {
        return ringRegisters.segment();
    }

    Vcpu vcpu() {
        return vcpu;
    }

    int exits() {
        return exits;
    }

    /** Runs to the next exit that is not an interruption. */
    Exit run() {
        Exit exit;
        do {
            exit = vcpu.run();
        } while (exit == Exit.INTERRUPTED);
        exits++;
        return exit;
    }

    /** Runs to the FAULT doorbell and returns the frame. */
    FaultFrame runToFault() {
        Exit exit = run();
        long offset = vcpu.mmioAddress() - DomainLayout.DOORBELLS.value();
        if (exit != Exit.MMIO || !vcpu.mmioWrite() || offset != Doorbell.FAULT.offset()) {
            throw new AssertionError(
                    "no FAULT doorbell but "
                            + exit
                            + " at 0x"
                            + Long.toHexString(vcpu.mmioAddress())
                            + ", rip 0x"
                            + Long.toHexString(vcpu.register(Register.RIP)));
        }
        return FaultFrame.read(memory.segment());
    }

    @Override
    public void close() {
        vcpu.close();
        vm.close();
        kvm.close();
        ringRegisters.close();
        memory.close();
    }
}
