package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.cofferdam.libos.net.wire.Arp;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv4;
import org.cofferdam.libos.net.wire.Ipv6;
import org.cofferdam.libos.net.wire.MacAddress;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Tcp;
import org.cofferdam.libos.net.wire.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed frames of every layer, fragments that lie, and neighbours that nobody asked. */
class HostileFramesTest {
    private static final int UDP_PORT = 9000;
    private static final long SECOND = 1_000_000_000L;

    private final Stranger peer = new Stranger(StackSettings.DEFAULT);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void framesWithAnyBytesChangedOrCutOffDoNoHarm(long seed) throws NetException {
        SplittableRandom random = new SplittableRandom(seed);
        peer.stack.addV6(IpAddress.parse("fd00::1"), 64);
        peer.stack.tcp().listen(IpAddress.ANY_V4, 80, 100, 0);
        UdpSocket socket = peer.stack.udp().open(IpAddress.ANY_V4, UDP_PORT, 0);
        List<byte[]> seeds = seeds();
        for (int i = 0; i < 40_000; i++) {
            byte[] frame = seeds.get(random.nextInt(seeds.size())).clone();
            for (int changes = random.nextInt(6); changes > 0; changes--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            if (random.nextInt(4) == 0) {
                frame = Arrays.copyOf(frame, 1 + random.nextInt(frame.length));
            }
            if (random.nextInt(8) != 0) {
                repairChecksums(frame);
            }
            peer.link.put(frame);
            if (i % 50 == 0) {
                peer.settle();
                peer.now += random.nextLong(SECOND / 20);
            }
        }
        peer.pass(SECOND);
        // It still answers.
        peer.link.put(
                Stranger.ipv4(Stranger.OWN_IP, Protocol.ICMP, 1, 0, Stranger.echo(new byte[9])));
        assertTrue(!peer.settle().isEmpty(), "no answer to an echo");
        while (socket.receive(ByteBuffer.allocate(2000)) >= 0) {
            // Honest datagrams were among them.
        }
        peer.link.put(datagram(new byte[] {1, 2, 3}));
        peer.settle();
        assertEquals(3, socket.receive(ByteBuffer.allocate(2000)));
    }

    /** One good frame of each kind. */
    private static List<byte[]> seeds() {
        byte[] ipv6 = new byte[Ethernet.HEADER_BYTES + Ipv6.HEADER_BYTES + 80];
        MemorySegment frame = MemorySegment.ofArray(ipv6);
        Ethernet.write(frame, 0, HandLink.MAC.value(), Stranger.OWN_MAC, Ethernet.TYPE_IPV6);
        long ours = 0xfd00_0000_0000_0000L;
        Ipv6.write(frame, 14, 80, Protocol.FRAGMENT, 255, ours, 2, ours, 1);
        Wire.putU8(frame, 54, Protocol.DESTINATION_OPTIONS);
        byte[] ipv6Icmp = ipv6.clone();
        Wire.putU8(MemorySegment.ofArray(ipv6Icmp), 20, Protocol.ICMPV6);
        byte[] hopByHop = ipv6.clone();
        Wire.putU8(MemorySegment.ofArray(hopByHop), 20, Protocol.HOP_BY_HOP);
        return List.of(
                ipv6,
                ipv6Icmp,
                hopByHop,
                Stranger.arp(
                        Arp.REQUEST,
                        Stranger.OWN_MAC,
                        Stranger.OWN_IP,
                        MacAddress.BROADCAST,
                        Stranger.STACK_IP),
                datagram(new byte[30]),
                Stranger.ipv4(Stranger.OWN_IP, Protocol.UDP, 5, Ipv4.MORE_FRAGMENTS, new byte[64]),
                Stranger.ipv4(Stranger.OWN_IP, Protocol.UDP, 5, 4, new byte[64]),
                Stranger.ipv4(Stranger.OWN_IP, Protocol.ICMP, 1, 0, Stranger.echo(new byte[60])),
                Stranger.tcp(Stranger.OWN_IP, 4000, 80, 1, 0, Tcp.SYN, new byte[20]),
                Stranger.tcp(Stranger.OWN_IP, 4000, 80, 2, 9, Tcp.ACK, new byte[20]));
    }

    /** So that a damaged frame gets past the checksums of IPv4 and TCP, to what lies behind them. */
    private static void repairChecksums(byte[] bytes) {
        MemorySegment frame = MemorySegment.ofArray(bytes);
        if (bytes.length < 34 || Ethernet.type(frame, 0) != Ethernet.TYPE_IPV4) {
            return;
        }
        int headerBytes = Math.min(Ipv4.headerBytes(frame, 14), bytes.length - 14);
        Wire.putU16(frame, 24, 0);
        long sum = InternetChecksum.add(0, frame, 14, headerBytes);
        Wire.putU16(frame, 24, InternetChecksum.finish(sum));
        int tcp = 14 + headerBytes;
        int length = Ipv4.totalLength(frame, 14) - headerBytes;
        if (Ipv4.protocol(frame, 14) == Protocol.TCP
                && length >= Tcp.HEADER_BYTES
                && tcp + length <= bytes.length) {
            Tcp.putChecksum(frame, tcp, 0);
            long pseudo =
                    InternetChecksum.pseudoHeader(
                            0,
                            IpAddress.mapped(Ipv4.source(frame, 14)),
                            0,
                            IpAddress.mapped(Ipv4.destination(frame, 14)),
                            Protocol.TCP,
                            length);
            sum = InternetChecksum.add(pseudo, frame, tcp, length);
            Tcp.putChecksum(frame, tcp, InternetChecksum.finish(sum));
        }
    }

    private static byte[] datagram(byte[] payload) {
        return Stranger.ipv4(
                Stranger.OWN_IP, Protocol.UDP, 7, 0, Stranger.udp(1234, UDP_PORT, payload));
    }

    private void fragment(byte[] whole, int from, int to, boolean more) {
        peer.link.put(
                Stranger.ipv4(
                        Stranger.OWN_IP,
                        Protocol.UDP,
                        77,
                        from / 8 | (more ? Ipv4.MORE_FRAGMENTS : 0),
                        Arrays.copyOfRange(whole, from, to)));
    }

    @Test
    void fragmentsInAnyOrderMakeTheDatagram() throws NetException {
        UdpSocket socket = peer.stack.udp().open(IpAddress.ANY_V4, UDP_PORT, 0);
        byte[] payload = new byte[3000];
        new SplittableRandom(1).nextBytes(payload);
        byte[] whole = Stranger.udp(1234, UDP_PORT, payload);
        fragment(whole, 2000, whole.length, false);
        fragment(whole, 0, 800, true);
        fragment(whole, 0, 800, true);
        fragment(whole, 800, 2000, true);
        peer.settle();
        ByteBuffer got = ByteBuffer.allocate(4000);
        assertEquals(3000, socket.receive(got));
        assertArrayEquals(payload, Arrays.copyOf(got.array(), 3000));
    }

    @Test
    void fragmentsThatOverlapSpoilTheirDatagram() throws NetException {
        UdpSocket socket = peer.stack.udp().open(IpAddress.ANY_V4, UDP_PORT, 0);
        byte[] whole = Stranger.udp(1234, UDP_PORT, new byte[1592]);
        fragment(whole, 0, 800, true);
        fragment(whole, 792, 1600, false);
        fragment(whole, 800, 1600, false);
        peer.settle();
        assertEquals(UdpSocket.NONE, socket.receive(ByteBuffer.allocate(4000)));
        assertEquals(2, peer.stack.counters().get(Counter.DROP_FRAGMENT));
    }

    @Test
    void aFragmentBeyondTheLongestPacketIsRefused() {
        peer.link.put(
                Stranger.ipv4(Stranger.OWN_IP, Protocol.UDP, 3, Ipv4.OFFSET_MASK, new byte[64]));
        peer.settle();
        assertEquals(1, peer.stack.counters().get(Counter.DROP_FRAGMENT));
    }

    @Test
    void anArpReplyThatNobodyAskedForChangesNothing() throws NetException {
        UdpSocket socket = peer.stack.udp().open(IpAddress.ANY_V4, UDP_PORT, 0);
        long thief = 0x0266_6666_6666L;
        for (int round = 0; round < 3; round++) {
            peer.link.put(
                    Stranger.arp(
                            Arp.REPLY,
                            thief,
                            Stranger.OWN_IP,
                            HandLink.MAC.value(),
                            Stranger.STACK_IP));
            peer.link.put(
                    Stranger.arp(
                            Arp.REQUEST,
                            thief,
                            Stranger.OWN_IP,
                            MacAddress.BROADCAST,
                            Stranger.OWN_IP));
            peer.settle();
            socket.send(ByteBuffer.wrap(new byte[5]), IpAddress.v4(Stranger.OWN_IP), 1);
            MemorySegment sent = peer.settle().getLast();
            assertEquals(Stranger.OWN_MAC, Ethernet.destination(sent, 0));
            peer.pass(2 * SECOND);
        }
    }

    @Test
    void aStrangersSourcesThatCannotBeAreDropped() {
        for (int source :
                new int[] {0, -1, 0x7f00_0001, 0xe000_0001, Stranger.STACK_IP, 0x0a09_00ff}) {
            peer.link.put(Stranger.ipv4(source, Protocol.ICMP, 1, 0, Stranger.echo(new byte[8])));
        }
        assertEquals(List.of(), peer.settle());
        assertEquals(6, peer.stack.counters().get(Counter.DROP_SOURCE));
    }

    @Test
    void aDatagramForNobodyIsAnsweredWithinALimit() {
        peer.becomeKnown();
        for (int i = 0; i < 1000; i++) {
            peer.link.put(datagram(new byte[10]));
        }
        int answers = peer.settle().size();
        assertTrue(answers >= 50 && answers < 60, "answers: " + answers);
    }

    @Test
    void aSocketThatNobodyReadsKeepsNoMoreThanItsRing() throws NetException {
        UdpSocket socket = peer.stack.udp().open(IpAddress.ANY_V4, UDP_PORT, 0);
        for (int i = 0; i < 1000; i++) {
            peer.link.put(datagram(new byte[1400]));
        }
        peer.settle();
        int kept = 0;
        while (socket.receive(ByteBuffer.allocate(2000)) >= 0) {
            kept++;
        }
        assertTrue(kept > 150 && kept < 190, "kept: " + kept);
        assertEquals(1000 - kept, peer.stack.counters().get(Counter.DROP_UDP_FULL));
    }
}
