package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cofferdam.binding.kvm.Segment;

/**
 * GDT, TSS and IDT of the small domain, in monitor-owned pages (AMD64 manual 2, 4.8, 8.2 and 12.2.5; Intel SDM 3A, 3.5,
 * 6.14 and 7.7).
 *
 * <pre>
 * GDT  0x08 kernel code   0x10 kernel data   0x28 user data (0x2b)   0x30 user code (0x33)   0x38 TSS, 16 bytes
 * TSS  RSP0 and IST 1: the top of the fault stack
 * IDT  32 interrupt gates to the fault stub's entries, 16 bytes apart, on IST 1
 * </pre>
 *
 * <p>Every gate switches to IST 1, also when the fault comes from CPL 0, so that no exception is ever pushed where the
 * image's RSP points. Gates have DPL 0: an {@code int n} in the image is a general protection fault. Vectors from 32 on
 * have no gate, which also is one. Accessed and busy bits are preset: the CPU writes to none of the tables.
 */
final class DescriptorTables {

    static final int KERNEL_CODE = 0x08;
    static final int USER_DATA = 0x2b;
    static final int USER_CODE = 0x33;
    static final int TASK_STATE = 0x38;

    static final int DESCRIPTOR_TABLE_BYTES = 0x48;
    static final int INTERRUPT_TABLE_BYTES = 32 * 16;
    static final int TASK_STATE_BYTES = 0x68;

    private static final int STUB_ENTRY_BYTES = 16;

    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private DescriptorTables() {}

    /** CS of the image: 64-bit code, DPL 3. */
    static Segment userCode() {
        return new Segment(0, -1, USER_CODE, 0xb, 3, true, true, false, true);
    }

    /** The image's other segments. */
    static Segment userData() {
        return new Segment(0, -1, USER_DATA, 0x3, 3, true, false, true, true);
    }

    /** TR: a busy 64-bit task state. */
    static Segment taskState() {
        long base = DomainLayout.TASK_STATE.value();
        return new Segment(
                base, TASK_STATE_BYTES - 1, TASK_STATE, 0xb, 0, false, false, false, false);
    }

    static void write(MemorySegment domain) {
        writeDescriptors(domain.asSlice(DomainLayout.DESCRIPTOR_TABLE.value(), 0x800));
        writeTaskState(domain.asSlice(DomainLayout.TASK_STATE.value(), 0x800));
        writeGates(domain.asSlice(DomainLayout.INTERRUPT_TABLE.value(), DomainLayout.PAGE_BYTES));
    }

    private static void writeDescriptors(MemorySegment table) {
        table.fill((byte) 0);
        table.set(U64, 0x08, 0x00af_9b00_0000_ffffL); // code, DPL 0, L
        table.set(U64, 0x10, 0x00cf_9300_0000_ffffL); // data, DPL 0
        table.set(U64, 0x28, 0x00cf_f300_0000_ffffL); // data, DPL 3
        table.set(U64, 0x30, 0x00af_fb00_0000_ffffL); // code, DPL 3, L
        long base = DomainLayout.TASK_STATE.value(); // below 2^24, so bits 24 and up are zero
        table.set(U64, 0x38, (TASK_STATE_BYTES - 1) | base << 16 | 0x8bL << 40); // busy TSS
        table.set(U64, 0x40, 0);
    }

    private static void writeTaskState(MemorySegment task) {
        task.fill((byte) 0);
        long top = DomainLayout.FAULT_STACK.plus(DomainLayout.PAGE_BYTES).value();
        task.set(U64, 0x04, top); // RSP0
        task.set(U64, 0x24, top); // IST 1
        task.set(U32, 0x64, TASK_STATE_BYTES << 16); // I/O map at the limit: every port is refused
    }

    private static void writeGates(MemorySegment table) {
        table.fill((byte) 0);
        for (int vector = 0; vector < 32; vector++) {
            long handler = DomainLayout.FAULT_STUB.value() + (long) vector * STUB_ENTRY_BYTES;
            long ist = 1L << 32;
            long interruptGate = 0x8eL << 40;
            table.set(
                    U64,
                    vector * 16L,
                    (handler & 0xffff)
                            | (long) KERNEL_CODE << 16
                            | ist
                            | interruptGate
                            | (handler >> 16 & 0xffff) << 48);
            table.set(U64, vector * 16L + 8, handler >> 32);
        }
    }
}
