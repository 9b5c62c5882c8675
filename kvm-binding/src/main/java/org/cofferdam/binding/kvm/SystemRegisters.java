package org.cofferdam.binding.kvm;

/**
 * What {@link Vcpu#setSystemRegisters} sets of struct kvm_sregs; the rest keeps its reset value.
 *
 * @param gdtBase linear address; limits are the last valid byte
 */
public record SystemRegisters(
        Segment cs,
        Segment data,
        Segment tr,
        long gdtBase,
        int gdtLimit,
        long idtBase,
        int idtLimit,
        long cr0,
        long cr3,
        long cr4,
        long efer) {}
