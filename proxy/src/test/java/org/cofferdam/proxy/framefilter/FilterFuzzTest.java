package org.cofferdam.proxy.framefilter;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.cofferdam.proxy.fuzz.FuzzInput;

/**
 * Any text as an expression, and any bytes as a frame. An input is the text's length, the text, then the frame. The memory
 * ends where the captured bytes end, so that a read beyond them is an exception.
 */
final class FilterFuzzTest {
    private static final String[] KNOWN = {
        "tcp port 80 or udp portrange 53-99",
        "vlan and vlan 7 and (host 10.0.0.7 or net fd00::/8)",
        "ip[ip[0] & 0xf] = 10 or tcp[tcp[12] >> 2] / ip[8] != 1",
        "icmp6[0] = 135 or ether[len - 1] = 0 or arp[ether[3:4]] > 2"
    };

    @FuzzTest
    void anExpressionIsRefusedWithItsColumnOrAnswersForAnyFrame(byte[] input) {
        FuzzInput in = new FuzzInput(input);
        StringBuilder text = new StringBuilder();
        int characters = in.u8();
        if (characters >= 0xf0) {
            text.append(KNOWN[characters & 3]);
        } else {
            for (int i = 0; i < characters && in.hasMore(); i++) {
                text.append((char) in.u8());
            }
        }
        byte[] frame = in.rest(512);
        FrameFilter filter;
        try {
            filter = FrameFilter.of(text.toString());
        } catch (FilterException refused) {
            if (refused.column() < 1 || refused.column() > text.length() + 1) {
                throw new AssertionError("column " + refused.column() + " of " + text, refused);
            }
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, frame.length));
            MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 0, frame.length);
            boolean first = filter.wants(memory, 0, frame.length, frame.length);
            if (first != filter.wants(memory, 0, frame.length, frame.length)) {
                throw new AssertionError(
                        "two answers for " + new String(frame, StandardCharsets.ISO_8859_1));
            }
        }
    }
}
