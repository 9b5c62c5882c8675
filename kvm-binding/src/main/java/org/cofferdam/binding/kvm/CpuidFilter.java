package org.cofferdam.binding.kvm;

import java.util.Optional;

/**
 * Says what a vCPU answers to CPUID, for {@link Vm#createVcpu(int, CpuidFilter)}.
 *
 * <p>An answer that promises more than KVM supports is not refused by the kernel; the guest then fails in its own way.
 */
@FunctionalInterface
public interface CpuidFilter {
    /**
     * Called for each answer that the host's KVM supports.
     *
     * @return what the guest sees; empty for a leaf that it shall read as zeros
     */
    Optional<CpuidEntry> filter(CpuidEntry supported);
}
