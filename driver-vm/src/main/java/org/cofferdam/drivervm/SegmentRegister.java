package org.cofferdam.drivervm;

/**
 * A segment register with its hidden part, as KVM_SET_SREGS takes it (AMD64 manual 2, 4.8).
 *
 * @param selector selector, with the privilege level in its lower two bits
 * @param base first byte of the segment
 * @param limit last offset in it
 * @param type descriptor type, 4 bits
 * @param system false for code and data (the S bit set), true for a task state
 * @param privilege descriptor privilege level
 * @param longMode the L bit: 64-bit code
 * @param defaultBig the D/B bit
 * @param granular the G bit
 */
public record SegmentRegister(
        int selector,
        long base,
        int limit,
        int type,
        boolean system,
        int privilege,
        boolean longMode,
        boolean defaultBig,
        boolean granular) {

    static SegmentRegister userCode() {
        return new SegmentRegister(
                DescriptorTables.USER_CODE, 0, -1, 0xb, false, 3, true, false, true);
    }

    static SegmentRegister userData() {
        return new SegmentRegister(
                DescriptorTables.USER_DATA, 0, -1, 0x3, false, 3, false, true, true);
    }

    static SegmentRegister taskState() {
        return new SegmentRegister(
                DescriptorTables.TASK_STATE,
                DomainLayout.TASK_STATE.value(),
                DescriptorTables.TASK_STATE_BYTES - 1,
                0xb,
                true,
                0,
                false,
                false,
                false);
    }
}
