package org.cofferdam.binding.kvm;

/**
 * What the instruction CPUID answers to one question, struct kvm_cpuid_entry2.
 *
 * @param leaf EAX of the question
 * @param subleaf ECX of the question
 * @param subleafMatters whether the answer is for this subleaf only
 * @param eax the answer's registers
 */
public record CpuidEntry(
        int leaf, int subleaf, boolean subleafMatters, int eax, int ebx, int ecx, int edx) {

    /** The same question with another answer. */
    public CpuidEntry with(int newEax, int newEbx, int newEcx, int newEdx) {
        return new CpuidEntry(leaf, subleaf, subleafMatters, newEax, newEbx, newEcx, newEdx);
    }

    /** Keeps the bits of the answer that the masks have. */
    public CpuidEntry only(int eaxMask, int ebxMask, int ecxMask, int edxMask) {
        return with(eax & eaxMask, ebx & ebxMask, ecx & ecxMask, edx & edxMask);
    }
}
