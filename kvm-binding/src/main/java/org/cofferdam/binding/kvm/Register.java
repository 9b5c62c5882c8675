package org.cofferdam.binding.kvm;

/** General registers, with their places in struct kvm_regs. */
public enum Register {
    RAX(0),
    RBX(1),
    RCX(2),
    RDX(3),
    RSI(4),
    RDI(5),
    RSP(6),
    RBP(7),
    R8(8),
    R9(9),
    R10(10),
    R11(11),
    R12(12),
    R13(13),
    R14(14),
    R15(15),
    RIP(16),
    RFLAGS(17);

    private final int index;

    Register(int index) {
        this.index = index;
    }

    /** Offset in struct kvm_regs in bytes. */
    long offset() {
        return index * 8L;
    }
}
