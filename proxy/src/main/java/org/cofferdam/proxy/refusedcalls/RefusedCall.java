package org.cofferdam.proxy.refusedcalls;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.cofferdam.binding.privilege.SystemCalls;

/**
 * A report of {@value #BYTES} bytes, little-endian; refusals.c has the same layout:
 *
 * <pre>
 *  0  u32 magic "LOSR"    4  u32 version 1      8  u32 number      12  u32 thread
 * 16  u64 arguments[6]   64  u64 count         72  u64 total      80  u64 zero   88  u64 zero
 * </pre>
 *
 * @param number of the system call, unsigned 32 bits
 * @param thread that made the first of them, in the guest's own numbering
 * @param arguments of the first of them: six
 * @param count how many with this number since the report before, at least 1
 * @param total how many with any number since the guest began
 */
public record RefusedCall(int number, int thread, List<Long> arguments, long count, long total) {
    /** Bytes of a report. */
    public static final int BYTES = 96;

    private static final int MAGIC = 0x52534f4c;
    private static final int VERSION = 1;
    private static final int ARGUMENTS = 6;

    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The report in these bytes, which nobody else changes; empty if they are none. */
    static Optional<RefusedCall> read(MemorySegment bytes) {
        long count = bytes.get(U64, 64);
        long total = bytes.get(U64, 72);
        if (bytes.get(U32, 0) != MAGIC
                || bytes.get(U32, 4) != VERSION
                || count <= 0
                || total < count
                || bytes.get(U64, 80) != 0
                || bytes.get(U64, 88) != 0) {
            return Optional.empty();
        }
        List<Long> arguments =
                LongStream.range(0, ARGUMENTS).mapToObj(i -> bytes.get(U64, 16 + 8 * i)).toList();
        return Optional.of(
                new RefusedCall(bytes.get(U32, 8), bytes.get(U32, 12), arguments, count, total));
    }

    /** As strace(1) would write it, arguments in hexadecimal. */
    public String text() {
        String name = SystemCalls.name(number).orElse("call " + Integer.toUnsignedString(number));
        return arguments.stream()
                .map(argument -> "0x" + Long.toHexString(argument))
                .collect(Collectors.joining(", ", name + "(", ")"));
    }
}
