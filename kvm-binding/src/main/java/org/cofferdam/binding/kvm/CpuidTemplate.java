package org.cofferdam.binding.kvm;

import java.util.Optional;

/**
 * The processor that a Linux driver domain sees: what a kernel and its network drivers need, and no more.
 *
 * <p>Lists of what is let through, so what a later processor or kernel brings is off until it is added here. Left out
 * are virtualization (VMX, SVM), MONITOR and MWAIT, performance counters, debug store and trace, TSX, SGX, AMX and
 * AVX-512, protection keys, LA57, thermal and power leaves, resource control, and all topology: the domain is one
 * processor. What describes or mitigates the processor's faults stays, or the guest would think itself safe or
 * vulnerable where it is not. Bits as in Intel SDM 2A, CPUID, and AMD manual 3, appendix E; KVM's own leaves as in
 * Documentation/virt/kvm/x86/cpuid.rst.
 */
public final class CpuidTemplate implements CpuidFilter {
    private static final int LAST_BASIC = 0xd;
    private static final int LAST_EXTENDED = 0x8000_0021;
    private static final int LAST_HYPERVISOR = 0x4000_0001;

    private static final int TSC_DEADLINE = 1 << 24;
    private static final int HYPERVISOR = 1 << 31;

    /** SSE3, PCLMULQDQ, SSSE3, FMA, CX16, PCID, SSE4.1, SSE4.2, x2APIC, MOVBE, POPCNT, AES, XSAVE, AVX, F16C, RDRAND. */
    private static final int FEATURES_ECX =
            bits(0, 1, 9, 12, 13, 17, 19, 20, 21, 22, 23, 25, 26, 28, 29, 30);

    /** FPU to CLFLUSH without PSN, MMX, FXSR, SSE, SSE2, self snoop; not DS, ACPI, HTT, TM, PBE. */
    private static final int FEATURES_EDX =
            bits(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 19, 23, 24, 25, 26, 27);

    /** FSGSBASE, TSC_ADJUST, BMI1, AVX2, x87 pointers, SMEP, BMI2, ERMS, INVPCID, x87 CS/DS, RDSEED, ADX, SMAP, CLFLUSHOPT, CLWB, SHA. */
    private static final int STRUCTURED_EBX =
            bits(0, 1, 3, 5, 6, 7, 8, 9, 10, 13, 18, 19, 20, 23, 24, 29);

    /** UMIP, GFNI, VAES, VPCLMULQDQ, RDPID. */
    private static final int STRUCTURED_ECX = bits(2, 8, 9, 10, 22);

    /** Fast short REP MOV, MD_CLEAR, SERIALIZE, IBRS/IBPB, STIBP, L1D_FLUSH, ARCH_CAPABILITIES, SSBD. */
    private static final int STRUCTURED_EDX = bits(4, 10, 14, 26, 27, 28, 29, 31);

    /** Fast zero-length MOVSB, fast short STOSB, fast short CMPSB. */
    private static final int STRUCTURED_1_EAX = bits(10, 11, 12);

    /** PSFD, IPRED_CTRL, RRSBA_CTRL, DDPD_U, BHI_CTRL, MCDT_NO. */
    private static final int STRUCTURED_2_EDX = bits(0, 1, 2, 3, 4, 5);

    /** ARAT: the LAPIC's timer does not stop. */
    private static final int POWER_EAX = bits(2);

    /** x87, SSE and AVX. */
    private static final int STATE_COMPONENTS = bits(0, 1, 2);

    private static final int AVX_STATE = bits(2);
    private static final int LEGACY_STATE_BYTES = 576;
    private static final int AVX_STATE_BYTES = 256;

    /** XSAVEOPT, XSAVEC, XGETBV with ECX = 1, XSAVES. */
    private static final int XSAVE_EAX = bits(0, 1, 2, 3);

    /** LAHF64, CR8 in 32-bit mode, LZCNT, SSE4A, misaligned SSE, PREFETCHW. */
    private static final int EXTENDED_ECX = bits(0, 4, 5, 6, 7, 8);

    /** AMD's copies of leaf 1, SYSCALL, NX, MMXEXT, FFXSR, 1 GiB pages, RDTSCP, long mode. */
    private static final int EXTENDED_EDX =
            bits(
                    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 20, 22, 23, 24, 25,
                    26, 27, 29);

    /** A TSC that neither stops nor changes its rate. */
    private static final int INVARIANT_TSC = bits(8);

    /** CLZERO, XSAVEERPTR, WBNOINVD, IBPB, IBRS, STIBP and their preferences, SSBD, SSB_NO, PSFD, BTC_NO, IBPB_RET. */
    private static final int ADDRESS_SIZES_EBX =
            bits(0, 2, 9, 12, 14, 15, 16, 17, 18, 24, 25, 26, 28, 29, 30);

    private static final int LINEAR_BITS = 48;

    /** No nested data breakpoints, LFENCE serializes, VERW_CLEAR, null selectors, automatic IBRS, no SMM_CTL, SBPB, IBPB_BRTYPE, SRSO. */
    private static final int EXTENDED_2_EAX = bits(0, 2, 5, 6, 8, 9, 27, 28, 29, 30);

    /** TSA_SQ_NO, TSA_L1_NO. */
    private static final int EXTENDED_2_ECX = bits(1, 2);

    /** Clock source (both MSR pairs), no delay at port 0x80, PV EOI, stable clock. */
    private static final int KVM_EAX = bits(0, 1, 3, 6, 24);

    private final int apicId;
    private final boolean tscDeadline;

    /**
     * A processor.
     *
     * @param apicId the vCPU's number
     * @param tscDeadline whether the host's KVM has {@link Capability#TSC_DEADLINE_TIMER}
     */
    public CpuidTemplate(int apicId, boolean tscDeadline) {
        this.apicId = apicId;
        this.tscDeadline = tscDeadline;
    }

    /** The processor with this number on this host. */
    public static CpuidTemplate of(Kvm kvm, int apicId) {
        return new CpuidTemplate(apicId, kvm.check(Capability.TSC_DEADLINE_TIMER) > 0);
    }

    @Override
    public Optional<CpuidEntry> filter(CpuidEntry e) {
        return switch (e.leaf()) {
            case 0 -> some(e.with(unsignedMin(e.eax(), LAST_BASIC), e.ebx(), e.ecx(), e.edx()));
            case 1 -> some(features(e));
            case 2 -> some(e); // cache descriptors
            case 4 -> some(e.only(0x3fff, -1, -1, 7)); // caches, shared with nobody
            case 6 -> some(e.only(POWER_EAX, 0, 0, 0));
            case 7 -> structured(e);
            case 0xd -> states(e);
            case 0x4000_0000 ->
                    some(e.with(unsignedMin(e.eax(), LAST_HYPERVISOR), e.ebx(), e.ecx(), e.edx()));
            case 0x4000_0001 -> some(e.only(KVM_EAX, 0, 0, 0));
            case 0x8000_0000 ->
                    some(e.with(unsignedMin(e.eax(), LAST_EXTENDED), e.ebx(), e.ecx(), e.edx()));
            case 0x8000_0001 -> some(e.only(-1, -1, EXTENDED_ECX, EXTENDED_EDX));
            // the name; caches and TLBs
            case 0x8000_0002, 0x8000_0003, 0x8000_0004, 0x8000_0005, 0x8000_0006 -> some(e);
            case 0x8000_0007 -> some(e.only(0, 0, 0, INVARIANT_TSC));
            case 0x8000_0008 -> some(addressSizes(e));
            case 0x8000_0021 -> some(e.only(EXTENDED_2_EAX, 0, EXTENDED_2_ECX, 0));
            default -> Optional.empty();
        };
    }

    /** EBX: brand, CLFLUSH size, one logical processor, initial APIC id. */
    private CpuidEntry features(CpuidEntry e) {
        int ecx = (e.ecx() & FEATURES_ECX) | HYPERVISOR | (tscDeadline ? TSC_DEADLINE : 0);
        int ebx = (e.ebx() & 0xffff) | (1 << 16) | (apicId << 24);
        return e.with(e.eax(), ebx, ecx, e.edx() & FEATURES_EDX);
    }

    private static Optional<CpuidEntry> structured(CpuidEntry e) {
        return switch (e.subleaf()) {
            case 0 ->
                    some(
                            e.with(
                                    unsignedMin(e.eax(), 2),
                                    e.ebx() & STRUCTURED_EBX,
                                    e.ecx() & STRUCTURED_ECX,
                                    e.edx() & STRUCTURED_EDX));
            case 1 -> some(e.only(STRUCTURED_1_EAX, 0, 0, 0));
            case 2 -> some(e.only(0, 0, 0, STRUCTURED_2_EDX));
            default -> Optional.empty();
        };
    }

    /** KVM keeps EBX, the size of what is switched on, up to date. */
    private static Optional<CpuidEntry> states(CpuidEntry e) {
        return switch (e.subleaf()) {
            case 0 -> {
                int components = e.eax() & STATE_COMPONENTS;
                int bytes =
                        LEGACY_STATE_BYTES + ((components & AVX_STATE) != 0 ? AVX_STATE_BYTES : 0);
                yield some(e.with(components, bytes, bytes, 0));
            }
            case 1 -> some(e.only(XSAVE_EAX, -1, 0, 0));
            case 2 -> some(e); // AVX's place
            default -> Optional.empty();
        };
    }

    /** EAX: physical, linear and guest-physical bits; ECX: the number of cores. */
    private static CpuidEntry addressSizes(CpuidEntry e) {
        int linear = Math.min((e.eax() >>> 8) & 0xff, LINEAR_BITS);
        return e.with((e.eax() & 0xff_00ff) | (linear << 8), e.ebx() & ADDRESS_SIZES_EBX, 0, 0);
    }

    private static int unsignedMin(int a, int b) {
        return Integer.compareUnsigned(a, b) < 0 ? a : b;
    }

    private static Optional<CpuidEntry> some(CpuidEntry e) {
        return Optional.of(e);
    }

    private static int bits(int... numbers) {
        int mask = 0;
        for (int number : numbers) {
            mask |= 1 << number;
        }
        return mask;
    }
}
