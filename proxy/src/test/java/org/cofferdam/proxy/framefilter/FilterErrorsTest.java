package org.cofferdam.proxy.framefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with an expression is said with its column; its length and depth are bounded. */
class FilterErrorsTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "port,5",
                "port http,6",
                "port 70000,6",
                "portrange x,11",
                "host,5",
                "host web,6",
                "host 10.0.0.256,6",
                "host 10.0.0,6",
                "net 10.0.0.1/8,5",
                "net fd00::/129,5",
                "ip host fd00::1,9",
                "tcp host 10.0.0.1,10",
                "ip port 80,9",
                "ether host 10.0.0.1,12",
                "ether proto 5,13",
                "ether,6",
                "ip proto 300,10",
                "tcp port 80 udp,13",
                "tcp or,7",
                "(tcp,5",
                "tcp),4",
                "not,4",
                "nonsense,1",
                "tcp[13,7",
                "tcp[13:3] = 1,8",
                "tcp[13] & 2,12",
                "len > 99999999999,7",
                "vlan 5000,6",
                "less,5",
                "tcp 80,5",
                "@,1"
            })
    void theColumnIsNamed(String expression, int column) {
        FilterException e = assertThrows(FilterException.class, () -> FrameFilter.of(expression));
        assertEquals(column, e.column(), e.getMessage());
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("column " + column + " of the filter: "));
    }

    @Test
    void lengthAndDepthAreBounded() {
        assertThrows(FilterException.class, () -> FrameFilter.of(" ".repeat(257)));
        for (String open : new String[] {"(", "not ", "! (", "((", "ip["}) {
            String deep = open.repeat(256 / open.length());
            assertThrows(FilterException.class, () -> FrameFilter.of(deep));
        }
        FrameFilter.of("(".repeat(20) + "tcp" + ")".repeat(20));
    }

    @Test
    void aFrameThatEndsTooEarlyIsNotChosenWhateverElseIsSaid() {
        MemorySegment none = MemorySegment.ofArray(new byte[0]);
        assertFalse(FrameFilter.of("not arp").wants(none, 0, 0, 0));
        assertTrue(FrameFilter.of("").wants(none, 0, 0, 0));
        assertFalse(
                FrameFilter.of("len / ether[0] = 0")
                        .wants(MemorySegment.ofArray(new byte[1]), 0, 1, 1));
    }
}
