package org.cofferdam.libos.net.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.cofferdam.libos.net.ip.Packet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A segment whose header or options reach beyond it is none; nothing behind its last byte is read. */
final class SegmentTest {
    private static final String PORTS_AND_NUMBERS = "1f900050" + "00000001" + "00000002";
    private static final String REST = "10" + "2000" + "0000" + "0000";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a plain header,50,'',true",
        "a header and four bytes,50,61626364,true",
        "a header shorter than the least,40,'',false",
        "a header longer than the segment,60,'',false",
        "a header of 60 bytes in a segment of 24,f0,01010101,false",
        "an option to the header's end,60,020405b4,true",
        "an option beyond the header's end,60,0204ffff,true",
        "an option longer than the header,60,020505b4,false",
        "an option longer than any header,60,08ff0000,false",
        "an option without its length,60,01010102,false",
        "an option of length 0,60,05000000,false",
        "an option of length 1,60,05010000,false",
        "no more options,60,00ffffff,true"
    })
    void aHeaderIsReadOrRefused(String what, String headerWords, String rest, boolean whole) {
        byte[] bytes = HexFormat.of().parseHex(PORTS_AND_NUMBERS + headerWords + REST + rest);
        Packet packet = new Packet();
        try (Arena arena = Arena.ofConfined()) {
            // As long as the segment: whoever reads on is told.
            packet.memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            packet.offset = 0;
            packet.length = bytes.length;
            Segment segment = new Segment();
            assertEquals(whole, segment.read(packet));
            if (whole) {
                int header = Integer.parseInt(headerWords.substring(0, 1), 16) * 4;
                assertEquals(bytes.length - header, segment.length);
            }
        }
    }
}
