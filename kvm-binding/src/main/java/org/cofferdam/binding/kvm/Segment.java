package org.cofferdam.binding.kvm;

/**
 * A segment register with its hidden part, struct kvm_segment.
 *
 * @param base linear address
 * @param limit in bytes, the last valid one
 * @param selector index, table and RPL
 * @param type the descriptor's four type bits
 * @param dpl 0 to 3
 * @param codeOrData the S bit: true for a code or data segment, false for TSS and LDT
 * @param longMode the L bit: 64-bit code
 * @param big the D/B bit
 * @param granular the G bit: the descriptor counts its limit in pages
 */
public record Segment(
        long base,
        int limit,
        int selector,
        int type,
        int dpl,
        boolean codeOrData,
        boolean longMode,
        boolean big,
        boolean granular) {}
