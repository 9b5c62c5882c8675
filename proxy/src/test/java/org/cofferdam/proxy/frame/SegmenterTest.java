package org.cofferdam.proxy.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SegmenterTest {
    private final MemorySegment source = MemorySegment.ofArray(new byte[70_000]);
    private final MemorySegment target = MemorySegment.ofArray(new byte[70_000]);
    private final Segmenter segmenter = new Segmenter();

    @Test
    void tcpSegmentsCarryAllBytesInOrderWithRightHeaders() {
        for (boolean four : new boolean[] {true, false}) {
            TestFrame frame =
                    (four ? TestFrame.tcp4() : TestFrame.tcp6())
                            .flags(Tcp.ACK | Tcp.PSH | Tcp.FIN | Tcp.CWR);
            int length = frame.sequence(-1000).payload(5, 4000).partialChecksum().write(source, 1);
            int type = four ? NetHeader.GSO_TCPV4 : NetHeader.GSO_TCPV6;
            assertTrue(segmenter.begin(source, 1, length, type | NetHeader.GSO_ECN, 1448));
            assertEquals(3, segmenter.segments());
            assertEquals(frame.headers() + 1448, segmenter.largest());
            int place = 0;
            // Any order: the last first.
            for (int i = 2; i >= 0; i--) {
                int bytes = segmenter.write(i, target, 7);
                int tcp = 7 + frame.transport();
                assertTrue(TestFrame.checksumsRight(target, 7, bytes));
                assertEquals(-1000 + 1448 * i, Tcp.sequence(target, tcp));
                int flags = Tcp.ACK | (i == 0 ? Tcp.CWR : 0) | (i == 2 ? Tcp.PSH | Tcp.FIN : 0);
                assertEquals(flags, Tcp.flags(target, tcp));
                if (four) {
                    assertEquals((0xfffe + i) & 0xffff, Ipv4.identification(target, 7 + 14));
                }
                int payload = bytes - frame.headers();
                for (int at = 0; at < payload; at++) {
                    assertEquals(
                            TestFrame.payloadByte(5, 1448 * i + at),
                            (byte) Wire.u8(target, 7 + frame.headers() + at));
                }
                place += payload;
            }
            assertEquals(4000, place);
        }
    }

    @Test
    void udpIsCutIntoDatagrams() {
        TestFrame frame = TestFrame.udp6();
        int length = frame.payload(9, 2500).partialChecksum().write(source, 0);
        assertTrue(segmenter.begin(source, 0, length, NetHeader.GSO_UDP, 1));
        assertEquals(2500, segmenter.segments());
        assertTrue(segmenter.begin(source, 0, length, NetHeader.GSO_UDP, 1000));
        assertEquals(3, segmenter.segments());
        int last = segmenter.write(2, target, 0);
        assertEquals(frame.headers() + 500, last);
        assertEquals(508, Udp.length(target, frame.transport()));
        assertTrue(TestFrame.checksumsRight(target, 0, last));
    }

    @Test
    void aFrameThatFitsIsOneSegment() {
        int length = TestFrame.tcp4().payload(1, 1000).partialChecksum().write(source, 0);
        assertTrue(segmenter.begin(source, 0, length, NetHeader.GSO_TCPV4, 1448));
        assertEquals(1, segmenter.segments());
        assertEquals(length, segmenter.write(0, target, 0));
        assertTrue(TestFrame.checksumsRight(target, 0, length));
    }

    @Test
    void whatDoesNotFitItsTypeIsRefused() {
        int length = TestFrame.tcp4().payload(1, 3000).partialChecksum().write(source, 0);
        assertFalse(segmenter.begin(source, 0, length, NetHeader.GSO_TCPV6, 1448));
        assertFalse(segmenter.begin(source, 0, length, NetHeader.GSO_UDP, 1448));
        assertFalse(segmenter.begin(source, 0, length, NetHeader.GSO_NONE, 1448));
        assertFalse(segmenter.begin(source, 0, length, NetHeader.GSO_TCPV4, 47));
        assertFalse(segmenter.begin(source, 0, length, NetHeader.GSO_TCPV4, 0));
        assertFalse(segmenter.begin(source, 0, 40, NetHeader.GSO_TCPV4, 1448));
        assertEquals(0, segmenter.segments());
    }
}
