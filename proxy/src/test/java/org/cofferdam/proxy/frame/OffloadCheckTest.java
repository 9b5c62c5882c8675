package org.cofferdam.proxy.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Headers that peers send in front of frames. */
class OffloadCheckTest {
    private static final int FRAME = NetHeader.BYTES;

    private final MemorySegment memory = MemorySegment.ofArray(new byte[70_000]);
    private final OffloadCheck check = new OffloadCheck();

    @Test
    void aLargeFrameIsAdmittedWithItsExactHeaderLength() {
        TestFrame frame = TestFrame.tcp4().payload(1, 3000).partialChecksum();
        int length = frame.write(memory, FRAME);
        header(
                NetHeader.NEEDS_CSUM,
                NetHeader.GSO_TCPV4,
                9999,
                1448,
                frame.transport(),
                Tcp.CHECKSUM);
        assertEquals(HeaderFault.NONE, check.apply(memory, 0, FRAME, length));
        assertEquals(frame.headers(), NetHeader.headerLength(memory, 0));
        assertEquals(3, check.segments());
        assertEquals(frame.headers() + 1448, check.wireBytes());
    }

    @Test
    void aLargeFrameThatIsSmallNeedsNoCutting() {
        TestFrame frame = TestFrame.tcp6().payload(1, 1448).partialChecksum();
        int length = frame.write(memory, FRAME);
        header(NetHeader.NEEDS_CSUM, NetHeader.GSO_TCPV6, 0, 1448, frame.transport(), Tcp.CHECKSUM);
        assertEquals(HeaderFault.NONE, check.apply(memory, 0, FRAME, length));
        assertEquals(NetHeader.GSO_NONE, NetHeader.gsoType(memory, 0));
        assertEquals(0, NetHeader.gsoSize(memory, 0));
        assertEquals(NetHeader.NEEDS_CSUM, NetHeader.flags(memory, 0));
    }

    @Test
    void unknownFlagsAndMeaninglessFieldsAreTakenAway() {
        int length = TestFrame.udp4().write(memory, FRAME);
        header(0xfc, NetHeader.GSO_NONE, 1, 2, 3, 4);
        NetHeader.putBuffers(memory, 0, 5);
        assertEquals(HeaderFault.NONE, check.apply(memory, 0, FRAME, length));
        assertEquals(
                -1,
                memory.asSlice(0, NetHeader.BYTES)
                        .mismatch(MemorySegment.ofArray(new byte[NetHeader.BYTES])));
    }

    @Test
    void aChecksumBeyondTheFrameIsRefused() {
        int length = TestFrame.udp4().payload(0, 10).write(memory, FRAME);
        assertFault(HeaderFault.CHECKSUM_PLACE, length, 1, 0, 0, length - 2, 1);
        assertFault(HeaderFault.CHECKSUM_PLACE, length, 1, 0, 0, 0xffff, 0xffff);
        assertFault(HeaderFault.CHECKSUM_PLACE, length, 1, 0, 0, 0xffff, 3);
        header(1, 0, 0, 0, length - 2, 0);
        assertEquals(HeaderFault.NONE, check.apply(memory, 0, FRAME, length));
    }

    @Test
    void aChecksumInsideTheEthernetHeaderIsRefused() {
        int length = TestFrame.udp4().write(memory, FRAME);
        assertFault(HeaderFault.CHECKSUM_PLACE, length, 1, 0, 0, 13, 0);
        assertFault(HeaderFault.CHECKSUM_PLACE, length, 1, 0, 0, 0, 0);
    }

    @Test
    void segmentsOfNoBytesAreRefused() {
        TestFrame frame = TestFrame.tcp4().payload(1, 3000).partialChecksum();
        int length = frame.write(memory, FRAME);
        assertFault(HeaderFault.GSO_SIZE, length, 1, 1, 0, frame.transport(), 16);
        assertFault(HeaderFault.GSO_SIZE, length, 1, 1, 47, frame.transport(), 16);
    }

    @Test
    void typesThatWereNotNegotiatedAreRefused() {
        TestFrame frame = TestFrame.udp4().payload(1, 3000).partialChecksum();
        int length = frame.write(memory, FRAME);
        for (int type : new int[] {2, NetHeader.GSO_UDP_FRAGMENTS, 6, 0x80, 0x81, 0xff}) {
            assertFault(HeaderFault.GSO_TYPE, length, 1, type, 1000, frame.transport(), 6);
        }
    }

    @Test
    void manyDatagramsAreAdmittedIfEveryReceiverTakesAsMany() {
        for (TestFrame frame : new TestFrame[] {TestFrame.udp4(), TestFrame.udp6()}) {
            int length = frame.payload(1, 640).partialChecksum().write(memory, FRAME);
            int udp = frame.transport();
            header(1, NetHeader.GSO_UDP, 9999, 10, udp, Udp.CHECKSUM);
            assertEquals(HeaderFault.NONE, check.apply(memory, 0, FRAME, length));
            assertEquals(frame.headers(), NetHeader.headerLength(memory, 0));
            assertEquals(64, check.segments());
            assertEquals(frame.headers() + 10, check.wireBytes());
            header(1, NetHeader.GSO_UDP, 0, 640, udp, Udp.CHECKSUM);
            assertEquals(HeaderFault.NONE, check.apply(memory, 0, FRAME, length));
            assertEquals(NetHeader.GSO_NONE, NetHeader.gsoType(memory, 0));

            int type = NetHeader.GSO_UDP;
            assertFault(HeaderFault.GSO_SIZE, length, 1, type, 0, udp, 6);
            assertFault(HeaderFault.GSO_SIZE, length, 1, type, 9, udp, 6);
            assertFault(HeaderFault.GSO_WITHOUT_CHECKSUM, length, 0, type, 10, udp, 6);
            assertFault(HeaderFault.GSO_HEADERS, length, 1, type, 10, udp, 16);
            assertFault(HeaderFault.GSO_HEADERS, length, 1, type, 10, udp + 2, 6);
            assertFault(HeaderFault.GSO_HEADERS, length + 1, 1, type, 10, udp, 6);
            assertFault(HeaderFault.GSO_HEADERS, length, 1, 1, 100, udp, 6);
            assertFault(HeaderFault.GSO_TYPE, length, 1, type | NetHeader.GSO_ECN, 10, udp, 6);
            Udp.putLength(memory, FRAME + udp, 647);
            assertFault(HeaderFault.GSO_HEADERS, length, 1, type, 10, udp, 6);
        }
        TestFrame tcp = TestFrame.tcp4().payload(1, 3000).partialChecksum();
        int length = tcp.write(memory, FRAME);
        int type = NetHeader.GSO_UDP;
        assertFault(HeaderFault.GSO_HEADERS, length, 1, type, 1000, tcp.transport(), 16);
        assertFault(HeaderFault.GSO_HEADERS, length, 1, type, 1000, tcp.transport(), 6);
        // Where UDP's length would be lies what the sender chose.
        tcp.sequence((length - tcp.transport()) << 16).write(memory, FRAME);
        assertFault(HeaderFault.GSO_HEADERS, length, 1, type, 1000, tcp.transport(), 6);

        TestFrame oneMore = TestFrame.udp4().payload(1, 641).partialChecksum();
        length = oneMore.write(memory, FRAME);
        assertFault(HeaderFault.GSO_SIZE, length, 1, type, 10, oneMore.transport(), 6);
    }

    @Test
    void segmentationWithoutAChecksumIsRefused() {
        TestFrame frame = TestFrame.tcp4().payload(1, 3000);
        int length = frame.write(memory, FRAME);
        assertFault(HeaderFault.GSO_WITHOUT_CHECKSUM, length, 0, 1, 1000, frame.transport(), 16);
    }

    @Test
    void segmentationOfAFrameThatIsSomethingElseIsRefused() {
        TestFrame four = TestFrame.tcp4().payload(1, 3000).partialChecksum();
        int length = four.write(memory, FRAME);
        assertFault(
                HeaderFault.GSO_HEADERS,
                length,
                1,
                NetHeader.GSO_TCPV6,
                1000,
                four.transport(),
                16);
        assertFault(
                HeaderFault.GSO_HEADERS,
                length,
                1,
                NetHeader.GSO_TCPV4,
                1000,
                four.transport() + 2,
                16);
        assertFault(
                HeaderFault.GSO_HEADERS, length, 1, NetHeader.GSO_TCPV4, 1000, four.transport(), 6);
        assertFault(
                HeaderFault.GSO_HEADERS,
                length - 1,
                1,
                NetHeader.GSO_TCPV4,
                1000,
                four.transport(),
                16);
        assertFault(
                HeaderFault.GSO_HEADERS,
                length + 1,
                1,
                NetHeader.GSO_TCPV4,
                1000,
                four.transport(),
                16);
        TestFrame fragment = TestFrame.tcp4().payload(1, 3000).fragment(0x2000).partialChecksum();
        length = fragment.write(memory, FRAME);
        assertFault(
                HeaderFault.GSO_HEADERS,
                length,
                1,
                NetHeader.GSO_TCPV4,
                1000,
                four.transport(),
                16);
        TestFrame udp = TestFrame.udp4().payload(1, 3000).partialChecksum();
        length = udp.write(memory, FRAME);
        assertFault(
                HeaderFault.GSO_HEADERS, length, 1, NetHeader.GSO_TCPV4, 1000, udp.transport(), 16);
    }

    @Test
    void aTcpHeaderLongerThanTheFrameIsRefused() {
        TestFrame frame = TestFrame.tcp4().payload(1, 8).partialChecksum();
        int length = frame.write(memory, FRAME);
        Wire.putU8(memory, FRAME + frame.transport() + 12, 0xf0);
        assertFault(
                HeaderFault.GSO_HEADERS,
                length,
                1,
                NetHeader.GSO_TCPV4,
                1000,
                frame.transport(),
                16);
    }

    @Test
    void noHeaderAndNoFrameMakeTheCheckFail() {
        SplittableRandom random = new SplittableRandom(11);
        byte[] noise = new byte[200];
        for (int round = 0; round < 100_000; round++) {
            random.nextBytes(noise);
            int length = Ethernet.HEADER_BYTES + random.nextInt(150);
            MemorySegment.copy(MemorySegment.ofArray(noise), 0, memory, 0, noise.length);
            if (random.nextInt(3) != 0) {
                Wire.putU16(
                        memory,
                        FRAME + 12,
                        random.nextBoolean() ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6);
                Wire.putU8(memory, FRAME + 14, random.nextBoolean() ? 0x45 : 0x60);
                Wire.putU8(memory, 0, 1);
                Wire.putU8(memory, 1, random.nextInt(6));
            }
            // A slice as long as the frame: a look beyond it would throw.
            MemorySegment exact = memory.asSlice(0, FRAME + length);
            if (check.apply(exact, 0, FRAME, length) == HeaderFault.NONE) {
                assertTrue(check.segments() >= 1);
                assertTrue(check.wireBytes() <= length);
            }
        }
    }

    @Test
    void addressesOfStationsOnly() {
        assertEquals("52:54:00:12:34:56", Mac.parse("52:54:00:12:34:56").toString());
        assertEquals(
                Mac.parse("52:54:00:12:34:56"), Mac.of(Mac.parse("52:54:00:12:34:56").bytes()));
        for (String text :
                new String[] {
                    "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00", "52:54", "x"
                }) {
            assertThrows(IllegalArgumentException.class, () -> Mac.parse(text));
        }
    }

    private void assertFault(
            HeaderFault fault, int length, int flags, int type, int size, int start, int field) {
        header(flags, type, 0, size, start, field);
        assertEquals(fault, check.apply(memory, 0, FRAME, length));
    }

    private void header(int flags, int type, int headerLength, int size, int start, int field) {
        NetHeader.write(memory, 0, flags, type, headerLength, size, start, field);
    }
}
