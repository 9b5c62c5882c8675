package org.cofferdam.binding.kvm;

/** Capabilities that Cofferdam asks for, KVM_CHECK_EXTENSION, with their numbers in linux/kvm.h. */
public enum Capability {
    IRQCHIP(0),
    USER_MEMORY(3),
    NR_MEMSLOTS(10),
    IRQ_ROUTING(25),
    IRQFD(32),
    PIT2(33),
    IOEVENTFD(36),
    SET_IDENTITY_MAP_ADDR(37),
    GET_TSC_KHZ(61),
    TSC_DEADLINE_TIMER(72),
    SYNC_REGS(74),
    READONLY_MEM(81),
    IRQFD_RESAMPLE(82),
    IMMEDIATE_EXIT(136),
    X86_MSR_FILTER(189);

    private final int number;

    Capability(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
