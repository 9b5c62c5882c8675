package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What the fault stub stored about the exception that ended the domain. The vector and error code are the CPU's; the
 * register values are whatever the image had in them.
 *
 * @param vector exception vector, 0 to 31
 * @param errorCode the CPU's error code, 0 where the vector has none
 * @param rip the instruction at fault (behind it, for a trap)
 * @param cs code selector: 0x33 for the image
 * @param rflags flags
 * @param rsp the image's stack pointer
 * @param ss stack selector
 * @param cr2 the address of a page fault; for other vectors that of an earlier one
 * @param registers general registers at the fault
 * @param count faults since the domain was loaded. None means that the image rang FAULT itself and nothing else here says
 *     anything; more than one that the stub itself faulted
 */
public record FaultFrame(
        int vector,
        long errorCode,
        long rip,
        int cs,
        long rflags,
        long rsp,
        int ss,
        long cr2,
        Registers registers,
        long count) {

    private static final ValueLayout.OfLong FIELD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final String[] NAMES = {
        "divide error",
        "debug",
        "NMI",
        "breakpoint",
        "overflow",
        "bound range",
        "invalid opcode",
        "device not available",
        "double fault",
        "vector 9",
        "invalid TSS",
        "segment not present",
        "stack fault",
        "general protection",
        "page fault",
        "vector 15",
        "x87 error",
        "alignment check",
        "machine check",
        "SIMD error",
        "virtualization",
        "control protection",
    };

    /** The image's general registers. */
    public record Registers(
            long rax,
            long rbx,
            long rcx,
            long rdx,
            long rsi,
            long rdi,
            long rbp,
            long r8,
            long r9,
            long r10,
            long r11,
            long r12,
            long r13,
            long r14,
            long r15) {}

    /** Reads the frame out of the domain's memory; call it after {@link Doorbell#FAULT}. */
    public static FaultFrame read(MemorySegment domain) {
        long at = DomainLayout.FAULT_FRAME.value();
        return new FaultFrame(
                (int) field(domain, at),
                field(domain, at + 0x08),
                field(domain, at + 0x10),
                (int) field(domain, at + 0x18) & 0xffff,
                field(domain, at + 0x20),
                field(domain, at + 0x28),
                (int) field(domain, at + 0x30) & 0xffff,
                field(domain, at + 0x38),
                new Registers(
                        field(domain, at + 0x40),
                        field(domain, at + 0x48),
                        field(domain, at + 0x50),
                        field(domain, at + 0x58),
                        field(domain, at + 0x60),
                        field(domain, at + 0x68),
                        field(domain, at + 0x70),
                        field(domain, at + 0x78),
                        field(domain, at + 0x80),
                        field(domain, at + 0x88),
                        field(domain, at + 0x90),
                        field(domain, at + 0x98),
                        field(domain, at + 0xa0),
                        field(domain, at + 0xa8),
                        field(domain, at + 0xb0)),
                field(domain, at + 0xb8));
    }

    /** The vector's name in the manuals. */
    public String name() {
        return vector >= 0 && vector < NAMES.length ? NAMES[vector] : "vector " + vector;
    }

    /** One sentence for the log. */
    public String describe() {
        if (count == 0) {
            return "the image rang FAULT itself, no exception was taken";
        }
        String where = String.format("%s at rip 0x%x, error code 0x%x", name(), rip, errorCode);
        return vector == 14 ? where + String.format(", address 0x%x", cr2) : where;
    }

    private static long field(MemorySegment domain, long at) {
        return domain.get(FIELD, at);
    }
}
