package org.cofferdam.binding.kvm;

/** Numbers of linux/kvm.h for x86-64, with the names that they have there. */
final class KvmConstants {
    private KvmConstants() {}

    static final int KVM_API_VERSION = 12;

    // System ioctls
    static final long KVM_GET_API_VERSION = 0xAE00;
    static final long KVM_CREATE_VM = 0xAE01;
    static final long KVM_CHECK_EXTENSION = 0xAE03;
    static final long KVM_GET_VCPU_MMAP_SIZE = 0xAE04;
    static final long KVM_GET_MSR_INDEX_LIST = 0xC004AE02L;
    static final long KVM_GET_SUPPORTED_CPUID = 0xC008AE05L;

    // VM ioctls
    static final long KVM_CREATE_VCPU = 0xAE41;
    static final long KVM_SET_USER_MEMORY_REGION = 0x4020AE46L;
    static final long KVM_SET_TSS_ADDR = 0xAE47;
    static final long KVM_SET_IDENTITY_MAP_ADDR = 0x4008AE48L;
    static final long KVM_CREATE_IRQCHIP = 0xAE60;
    static final long KVM_IRQ_LINE = 0x4008AE61L;
    static final long KVM_GET_IRQCHIP = 0xC208AE62L;
    static final long KVM_SET_IRQCHIP = 0x8208AE63L;
    static final long KVM_SET_GSI_ROUTING = 0x4008AE6AL;
    static final long KVM_IRQFD = 0x4020AE76L;
    static final long KVM_CREATE_PIT2 = 0x4040AE77L;
    static final long KVM_IOEVENTFD = 0x4040AE79L;
    static final long KVM_SET_CLOCK = 0x4030AE7BL;
    static final long KVM_GET_CLOCK = 0x8030AE7CL;
    static final long KVM_GET_PIT2 = 0x8070AE9FL;
    static final long KVM_SET_PIT2 = 0x4070AEA0L;
    static final long KVM_X86_SET_MSR_FILTER = 0x4188AEC6L;

    // vCPU ioctls
    static final long KVM_RUN = 0xAE80;
    static final long KVM_GET_REGS = 0x8090AE81L;
    static final long KVM_SET_REGS = 0x4090AE82L;
    static final long KVM_GET_SREGS = 0x8138AE83L;
    static final long KVM_SET_SREGS = 0x4138AE84L;
    static final long KVM_GET_MSRS = 0xC008AE88L;
    static final long KVM_SET_MSRS = 0x4008AE89L;
    static final long KVM_GET_LAPIC = 0x8400AE8EL;
    static final long KVM_SET_LAPIC = 0x4400AE8FL;
    static final long KVM_SET_CPUID2 = 0x4008AE90L;
    static final long KVM_GET_MP_STATE = 0x8004AE98L;
    static final long KVM_SET_MP_STATE = 0x4004AE99L;
    static final long KVM_GET_VCPU_EVENTS = 0x8040AE9FL;
    static final long KVM_SET_VCPU_EVENTS = 0x4040AEA0L;
    static final long KVM_GET_DEBUGREGS = 0x8080AEA1L;
    static final long KVM_SET_DEBUGREGS = 0x4080AEA2L;
    static final long KVM_GET_XSAVE = 0x9000AEA4L;
    static final long KVM_SET_XSAVE = 0x5000AEA5L;
    static final long KVM_GET_XCRS = 0x8188AEA6L;
    static final long KVM_SET_XCRS = 0x4188AEA7L;
    static final long KVM_GET_TSC_KHZ = 0xAEA3;

    static final int KVM_MEM_READONLY = 2;
    static final int KVM_PIT_SPEAKER_DUMMY = 1;
    static final int KVM_IRQ_ROUTING_IRQCHIP = 1;
    static final int KVM_IRQ_ROUTING_MSI = 2;
    static final int KVM_IRQFD_FLAG_DEASSIGN = 1;
    static final int KVM_IRQFD_FLAG_RESAMPLE = 2;
    static final int KVM_IOEVENTFD_FLAG_DATAMATCH = 1;
    static final int KVM_IOEVENTFD_FLAG_DEASSIGN = 4;
    static final int KVM_CPUID_FLAG_SIGNIFCANT_INDEX = 1;
    static final int KVM_MSR_FILTER_DEFAULT_DENY = 1;
    static final int KVM_MSR_FILTER_READ = 1;
    static final int KVM_MSR_FILTER_WRITE = 2;

    // Exit reasons
    static final int KVM_EXIT_IO = 2;
    static final int KVM_EXIT_IO_OUT = 1;
    static final int KVM_EXIT_HLT = 5;
    static final int KVM_EXIT_MMIO = 6;
    static final int KVM_EXIT_SHUTDOWN = 8;
    static final int KVM_EXIT_FAIL_ENTRY = 9;
    static final int KVM_EXIT_INTR = 10;
    static final int KVM_EXIT_INTERNAL_ERROR = 17;

    // struct kvm_run
    static final long RUN_IMMEDIATE_EXIT = 1;
    static final long RUN_EXIT_REASON = 8;
    static final long RUN_UNION = 32;
    static final long RUN_VALID_REGS = 288;
    static final long RUN_SYNC_REGS = 304;
    static final int REGS_BYTES = 144;
    static final int SREGS_BYTES = 312;
    static final int KVM_SYNC_X86_REGS = 1;
    static final int KVM_SYNC_X86_SREGS = 2;
}
