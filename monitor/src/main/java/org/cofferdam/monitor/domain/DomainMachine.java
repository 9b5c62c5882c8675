package org.cofferdam.monitor.domain;

import java.util.List;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.kvm.Vcpu;
import org.cofferdam.binding.kvm.Vm;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.drivervm.DomainLayout;
import org.cofferdam.drivervm.InitialState;
import org.cofferdam.drivervm.MemoryRegion;
import org.cofferdam.monitor.card.RegisterWindow;

/**
 * One life of a driver domain: the virtual machine, its memory slots and its one vCPU, made for one boot and
 * thrown away after it, so nothing of a hostile driver outlives it.
 *
 * <p>The memory is lent and outlives the machine. One thread at a time: it may be made on one and run on another.
 */
final class DomainMachine implements AutoCloseable {
    private static final int FIRST_WINDOW_SLOT = 8;

    private final Vm vm;
    private final Vcpu vcpu;

    private DomainMachine(Vm vm, Vcpu vcpu) {
        this.vm = vm;
        this.vcpu = vcpu;
    }

    /** Makes the machine with its slots; {@link #begin} sets where it starts. */
    static DomainMachine create(Kvm kvm, SharedMemory ram, List<RegisterWindow> windows) {
        Vm vm = kvm.createVm();
        Vcpu vcpu = null;
        try {
            for (MemoryRegion r : DomainLayout.REGIONS) {
                long at = r.start().value();
                vm.setMemory(r.slot(), at, ram, at, r.bytes(), r.readOnly());
            }
            int number = FIRST_WINDOW_SLOT;
            for (RegisterWindow w : windows) {
                vm.setMemory(
                        number++,
                        DomainLayout.BAR0.value() + w.barOffset(),
                        w.memory(),
                        w.memoryOffset(),
                        w.bytes(),
                        false);
            }
            vcpu = vm.createVcpu(0);
            return new DomainMachine(vm, vcpu);
        } catch (RuntimeException e) {
            if (vcpu != null) {
                vcpu.close();
            }
            vm.close();
            throw e;
        }
    }

    /** Sets the registers of the first instruction. */
    void begin(InitialState start) {
        vcpu.setSystemRegisters(start.system());
        vcpu.setStart(start.rip(), start.rsp(), start.rflags());
    }

    Vcpu vcpu() {
        return vcpu;
    }

    @Override
    public void close() {
        vcpu.close();
        vm.close();
    }
}
