package org.cofferdam.drivervm.linux;

import java.util.Map;
import org.cofferdam.binding.kvm.Register;
import org.cofferdam.binding.kvm.SystemRegisters;
import org.cofferdam.binding.kvm.Vcpu;

/**
 * The registers with which a Linux domain's processor starts, at CPL 0 and with interrupts off.
 *
 * @param registers general registers; those that are not named are zero
 * @param system segments, descriptor tables and control registers
 */
public record LinuxStart(Map<Register, Long> registers, SystemRegisters system) {
    /** The bit that is always one. */
    static final long RFLAGS = 2;

    /** Sets them. The vCPU must not run. */
    public void apply(Vcpu vcpu) {
        vcpu.setSystemRegisters(system);
        vcpu.setStart(registers);
    }
}
