package org.cofferdam.binding.kvm;

/** Capabilities that Cofferdam asks for, KVM_CHECK_EXTENSION, with their numbers in linux/kvm.h. */
public enum Capability {
    IRQCHIP(0),
    USER_MEMORY(3),
    NR_MEMSLOTS(10),
    IRQFD(32),
    IOEVENTFD(36),
    GET_TSC_KHZ(61),
    SYNC_REGS(74),
    READONLY_MEM(81),
    IRQFD_RESAMPLE(82),
    IMMEDIATE_EXIT(136);

    private final int number;

    Capability(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
