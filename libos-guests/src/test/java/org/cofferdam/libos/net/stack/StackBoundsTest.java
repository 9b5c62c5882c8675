package org.cofferdam.libos.net.stack;

import static org.cofferdam.libos.net.stack.Stranger.ISN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.tcp.TcpSettings;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.Icmp;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv6;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Tcp;
import org.cofferdam.libos.net.wire.Wire;
import org.junit.jupiter.api.Test;

/** What bounds a stack: the buffers' pool, TIME-WAIT, old time stamps, and what routers of IPv6 say of a path. */
class StackBoundsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int BUFFER = 64 << 10;

    private static final IpAddress OURS = IpAddress.parse("fd00::1");
    private static final IpAddress PEER = IpAddress.parse("fd00::2");
    private static final IpAddress ROUTER = IpAddress.parse("fd00::fe");

    /** RFC 7323, section 3.2, with two bytes of padding before it. */
    private static byte[] timestamps(int value, int echo) {
        byte[] options = new byte[12];
        MemorySegment all = MemorySegment.ofArray(options);
        Wire.putI32(all, 0, 0x0101_080a);
        Wire.putI32(all, 4, value);
        Wire.putI32(all, 8, echo);
        return options;
    }

    @Test
    void aSegmentWithAnOldTimeStampIsAcknowledgedAndDropped() throws NetException {
        Stranger peer = new Stranger(StackSettings.DEFAULT);
        TcpListener listener = peer.stack.tcp().listen(IpAddress.ANY_V4, 80, 10, 0);
        int time = 5_000;
        int ack = peer.connect(timestamps(time, 0));
        peer.link.put(segment(ISN + 1, ack, timestamps(time + 1, 0)));
        peer.settle();
        TcpConnection c = Objects.requireNonNull(listener.accept());
        peer.link.put(segment(ISN + 1, ack, timestamps(time + 2, 0), (byte) 1));
        peer.settle();

        // The last acknowledgment of connect() had no stamp.
        assertEquals(1, peer.stack.counters().get(Counter.DROP_TCP_PAWS));

        // The right number, but a stamp from before the wrap of another time.
        peer.link.put(segment(ISN + 2, ack, timestamps(time - 1, 0), (byte) 9));
        List<MemorySegment> answers = peer.settle();
        assertEquals(2, peer.stack.counters().get(Counter.DROP_TCP_PAWS));
        assertEquals(1, answers.size());
        assertEquals(ISN + 2, Stranger.acknowledgment(answers.getFirst()));
        // Without a stamp at all it is dropped in silence (RFC 7323, section 3.2).
        peer.send(ISN + 2, ack, Tcp.ACK, (byte) 9);
        assertEquals(List.of(), peer.settle());
        assertEquals(3, peer.stack.counters().get(Counter.DROP_TCP_PAWS));

        peer.link.put(segment(ISN + 2, ack, timestamps(time + 3, 0), (byte) 2));
        peer.settle();
        ByteBuffer got = ByteBuffer.allocate(10);
        assertEquals(2, c.read(got));
        assertEquals(ByteBuffer.wrap(new byte[] {1, 2}), got.flip());

        // After 24 days without a word the old stamp means nothing (RFC 7323, section 5.5).
        peer.now += 25 * 24 * 3600 * SECOND;
        peer.link.put(segment(ISN + 3, ack, timestamps(time - 1, 0), (byte) 3));
        peer.settle();
        assertEquals(1, c.read(got.clear()));
    }

    private static byte[] segment(int seq, int ack, byte[] options, byte... data) {
        return Stranger.tcp(Stranger.OWN_IP, 4000, 80, seq, ack, Tcp.ACK, options, data);
    }

    /** A connection from some port of the peer; the last acknowledgment of the handshake is sent as well. */
    private static void connectFrom(Stranger peer, int port) {
        peer.link.put(Stranger.tcp(Stranger.OWN_IP, port, 80, ISN, 0, Tcp.SYN));
        int ack = Stranger.sequence(peer.settle().getLast()) + 1;
        peer.link.put(Stranger.tcp(Stranger.OWN_IP, port, 80, ISN + 1, ack, Tcp.ACK));
        peer.settle();
    }

    @Test
    void aPoolThatIsUsedUpRefusesConnectionsUntilOneIsOver() throws NetException {
        int most = 8;
        Stranger peer =
                new Stranger(
                        new StackSettings(
                                64,
                                2L * BUFFER * most,
                                TcpSettings.DEFAULT.withBuffers(BUFFER, BUFFER)));
        TcpListener listener = peer.stack.tcp().listen(IpAddress.ANY_V4, 80, 100, 0);
        peer.becomeKnown();
        List<TcpConnection> open = new ArrayList<>();
        for (int i = 0; i < 3 * most; i++) {
            connectFrom(peer, 5000 + i);
            TcpConnection c = listener.accept();
            if (c != null) {
                open.add(c);
            }
        }
        assertEquals(most, open.size());
        assertEquals(2L * BUFFER * most, peer.stack.lentBytes());
        assertTrue(peer.stack.counters().get(Counter.DROP_TCP_MEMORY) >= 2L * most);
        TcpConnection ours = peer.stack.tcp().open();
        NetException refused =
                assertThrows(
                        NetException.class, () -> ours.connect(IpAddress.v4(Stranger.OWN_IP), 7));
        assertEquals(NetError.NO_BUFFERS, refused.error());

        open.getFirst().abort();
        peer.settle();
        connectFrom(peer, 6000);
        assertEquals(6000, Objects.requireNonNull(listener.accept()).remotePort());
    }

    @Test
    void noMoreConnectionsAreInTimeWaitThanTheSettingsHave() throws NetException {
        int most = 4;
        Stranger peer =
                new Stranger(
                        StackSettings.DEFAULT.withTcp(TcpSettings.DEFAULT.withMostTimeWait(most)));
        TcpListener listener = peer.stack.tcp().listen(IpAddress.ANY_V4, 80, 100, 0);
        peer.becomeKnown();
        for (int i = 0; i < 3 * most; i++) {
            int port = 5000 + i;
            connectFrom(peer, port);
            Objects.requireNonNull(listener.accept()).close();
            int fin = Stranger.sequence(peer.settle().getLast());
            peer.link.put(
                    Stranger.tcp(Stranger.OWN_IP, port, 80, ISN + 1, fin + 1, Tcp.FIN | Tcp.ACK));
            peer.settle();
        }
        assertEquals(most, peer.stack.tcp().connections());
        assertEquals(2L * most, peer.stack.counters().get(Counter.TCP_TIME_WAIT_CUT));
        assertEquals(0, peer.stack.lentBytes());
        peer.pass(61 * SECOND);
        assertEquals(0, peer.stack.tcp().connections());
    }

    private static byte[] ipv6(IpAddress from, int next, byte[] payload, int checksum) {
        byte[] bytes = new byte[54 + payload.length];
        MemorySegment frame = MemorySegment.ofArray(bytes);
        Ethernet.write(frame, 0, HandLink.MAC.value(), Stranger.OWN_MAC, Ethernet.TYPE_IPV6);
        Ipv6.write(
                frame,
                14,
                payload.length,
                next,
                255,
                from.high(),
                from.low(),
                OURS.high(),
                OURS.low());
        System.arraycopy(payload, 0, bytes, 54, payload.length);
        long sum =
                InternetChecksum.pseudoHeader(
                        from.high(), from.low(), OURS.high(), OURS.low(), next, payload.length);
        sum = InternetChecksum.add(sum, frame, 54, payload.length);
        Wire.putU16(frame, 54 + checksum, InternetChecksum.finish(sum));
        return bytes;
    }

    private static byte[] tcp6(int seq, int ack, int flags) {
        byte[] options = (flags & Tcp.SYN) != 0 ? new byte[] {2, 4, 5, (byte) 0xa0} : new byte[0];
        byte[] bytes = new byte[Tcp.HEADER_BYTES + options.length];
        MemorySegment tcp = MemorySegment.ofArray(bytes);
        Tcp.write(tcp, 0, 4000, 80, seq, ack, bytes.length, flags, 65_000);
        System.arraycopy(options, 0, bytes, Tcp.HEADER_BYTES, options.length);
        return ipv6(PEER, Protocol.TCP, bytes, Tcp.CHECKSUM);
    }

    /** An advertisement that answers the stack's question for the peer (RFC 4861, section 4.4). */
    private static byte[] neighbour() {
        byte[] bytes = new byte[32];
        MemorySegment icmp = MemorySegment.ofArray(bytes);
        Icmp.write(icmp, 0, 136, 0, 0x6000_0000);
        Wire.putI64(icmp, 8, PEER.high());
        Wire.putI64(icmp, 16, PEER.low());
        Wire.putU8(icmp, 24, 2);
        Wire.putU8(icmp, 25, 1);
        Wire.putU16(icmp, 26, (int) (Stranger.OWN_MAC >>> 32));
        Wire.putI32(icmp, 28, (int) Stranger.OWN_MAC);
        return ipv6(PEER, Protocol.ICMPV6, bytes, 2);
    }

    private static byte[] tooBig(int mtu, MemorySegment quoted) {
        byte[] bytes = new byte[Icmp.HEADER_BYTES + 100];
        MemorySegment icmp = MemorySegment.ofArray(bytes);
        Icmp.write(icmp, 0, Icmp.V6_PACKET_TOO_BIG, 0, mtu);
        MemorySegment.copy(quoted, Ethernet.HEADER_BYTES, icmp, Icmp.HEADER_BYTES, 100);
        return ipv6(ROUTER, Protocol.ICMPV6, bytes, 2);
    }

    /** The segments of the peer's connection among frames; questions for its address are answered. */
    private static List<MemorySegment> segments(Stranger peer) {
        List<MemorySegment> seen = new ArrayList<>();
        List<MemorySegment> frames = peer.settle();
        while (!frames.isEmpty()) {
            for (MemorySegment frame : frames) {
                if (Ipv6.nextHeader(frame, 14) == Protocol.TCP) {
                    seen.add(frame);
                } else if (Wire.u8(frame, 54) == 135) {
                    peer.link.put(neighbour());
                }
            }
            frames = peer.settle();
        }
        return seen;
    }

    /** RFC 8201: what was under way comes again in smaller packets, and 1280 bytes always pass. */
    @Test
    void aRouterOfIpv6SaysHowLongPacketsMayBe() throws NetException {
        Stranger peer = new Stranger(StackSettings.DEFAULT);
        boolean ignored = peer.stack.addV6(OURS, 64);
        TcpListener listener = peer.stack.tcp().listen(IpAddress.ANY_V6, 80, 10, 0);
        peer.pass(3 * SECOND);
        peer.link.put(tcp6(ISN, 0, Tcp.SYN));
        MemorySegment answer = segments(peer).getLast();
        int next = Tcp.sequence(answer, 54) + 1;
        peer.link.put(tcp6(ISN + 1, next, Tcp.ACK));
        assertEquals(List.of(), segments(peer));
        TcpConnection c = Objects.requireNonNull(listener.accept());
        assertEquals(4000, c.write(ByteBuffer.allocate(4000)));
        List<MemorySegment> first = segments(peer);
        assertEquals(1500, first.getFirst().byteSize() - 14);

        // About what was never sent: no effect.
        MemorySegment other =
                MemorySegment.ofArray(first.getFirst().toArray(ValueLayout.JAVA_BYTE));
        Wire.putI32(other, 58, next + 1_000_000);
        peer.link.put(tooBig(1300, other));
        assertEquals(List.of(), segments(peer));

        peer.link.put(tooBig(1400, first.getFirst()));
        List<MemorySegment> again = segments(peer);
        assertEquals(next, Tcp.sequence(again.getFirst(), 54));
        assertEquals(1400, again.getFirst().byteSize() - 14);

        peer.link.put(tooBig(600, again.getFirst()));
        List<MemorySegment> least = segments(peer);
        assertEquals(next, Tcp.sequence(least.getFirst(), 54));
        assertEquals(Ipv6.MINIMUM_MTU, least.getFirst().byteSize() - 14);
    }
}
