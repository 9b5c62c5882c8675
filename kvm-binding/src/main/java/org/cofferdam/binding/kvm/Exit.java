package org.cofferdam.binding.kvm;

/** Why KVM_RUN came back; details are read from the {@link Vcpu}. */
public enum Exit {
    /** A load or store to an address without memory, or a store to read-only memory. */
    MMIO,
    /** An in or out instruction. */
    IO,
    /** A hlt at CPL 0 without an in-kernel interrupt controller. */
    HLT,
    /** A triple fault; on SVM the registers are reset by then. */
    SHUTDOWN,
    /** A signal or immediate_exit; nothing happened in the guest. */
    INTERRUPTED,
    /** The processor refused the guest's state. */
    FAIL_ENTRY,
    /** KVM could not go on, for example with an instruction that it does not emulate. */
    INTERNAL_ERROR,
    /** EFAULT: the guest touched a slot whose memory this process no longer has, such as a card's registers. */
    MEMORY_GONE,
    /** A reason that this binding does not know: {@link Vcpu#exitReason()}. */
    OTHER
}
