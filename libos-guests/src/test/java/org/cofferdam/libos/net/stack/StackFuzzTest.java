package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.tcp.TcpSettings;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv4;
import org.cofferdam.libos.net.wire.Ipv6;
import org.cofferdam.libos.net.wire.MacAddress;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Tcp;
import org.cofferdam.libos.net.wire.Wire;

/**
 * Any sequence of frames, of what an application does, and of time that passes, into a stack with a connection. Whatever
 * comes, nothing is thrown, all that the stack sends is well formed, each byte of the first connection that arrives
 * stands where it was written, on either side, the stack answers a ping and carries a new connection afterwards, and when
 * its connections are over it holds no buffer.
 *
 * <p>An input is a list of steps; each begins with a byte that says what it is, as {@link Conversation#step} reads it.
 */
final class StackFuzzTest {
    private static final int MOST_STEPS = 200;
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final IpAddress STACK_V6 = IpAddress.parse("fe80::1");
    private static final IpAddress OWN_V6 = IpAddress.parse("fe80::2");
    private static final IpAddress ALL_NODES = IpAddress.parse("ff02::1");
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final int BUFFER = 4 << 10;
    private static final StackSettings SETTINGS =
            new StackSettings(
                    16,
                    4 << 20,
                    TcpSettings.DEFAULT.withBuffers(BUFFER, BUFFER).withMostHalfOpen(8));

    @FuzzTest
    void whateverComesTheStackGoesOnAndHoldsNothingAfterwards(byte[] input) throws NetException {
        Input in = new Input(input);
        try (Conversation conversation = new Conversation()) {
            for (int i = 0; i < MOST_STEPS && in.hasMore(); i++) {
                conversation.step(in);
            }
            conversation.endsWithNothingHeld();
            conversation.answersAPing();
            conversation.carriesAConnection();
        }
    }

    /** Reads an input from its start on; behind its end everything is 0. */
    private static final class Input {
        private final byte[] bytes;
        private int at;

        Input(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean hasMore() {
            return at < bytes.length;
        }

        int u8() {
            return at < bytes.length ? bytes[at++] & 0xff : 0;
        }

        int u16() {
            return u8() << 8 | u8();
        }

        /** A number near another, mostly, or anywhere. */
        int near(int other) {
            int how = u8();
            return how < 250 ? other + (byte) how : u16() << 16 | u16();
        }

        byte[] take(int count) {
            byte[] taken = new byte[count];
            for (int i = 0; i < count; i++) {
                taken[i] = (byte) u8();
            }
            return taken;
        }
    }

    /** A stack, a peer that says what the input wants, and an application. */
    private static final class Conversation implements AutoCloseable {
        private final Stranger peer = new Stranger(SETTINGS);
        private final TcpListener listener;
        private final UdpSocket datagrams;
        private final List<TcpConnection> open = new ArrayList<>();
        private MemorySegment last = MemorySegment.ofArray(new byte[64]);
        private int peerNext = Stranger.ISN + 1;
        private int stackNext;

        // The first connection, which is looked at byte by byte until it ends.
        private final TcpConnection first;
        private final int stackFirst;
        private boolean firstLives = true;
        private int read;
        private int written;

        Conversation() throws NetException {
            listener = peer.stack.tcp().listen(IpAddress.ANY_V4, 80, 8, 0);
            datagrams = peer.stack.udp().open(IpAddress.ANY_V4, 9000, BUFFER);
            boolean ignored = peer.stack.addV6(STACK_V6, 64);
            peer.becomeKnown();
            stackNext = peer.connect();
            stackFirst = stackNext;
            accept();
            first = open.getFirst();
        }

        /** What stands at a place of a stream. */
        private static byte at(int place) {
            return (byte) (place * 31 ^ place >>> 8);
        }

        private void accept() {
            for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
                open.add(c);
            }
        }

        /** The next step of an input, by its first byte. */
        void step(Input in) throws NetException {
            switch (in.u8() % 10) {
                case 0 -> put(in.take(1 + in.u8()));
                case 1 -> put(changed(in, ipv4(in)));
                case 2, 3 -> put(segment(in));
                case 4 -> look(peer.pass(in.u8() * MILLISECOND));
                case 5 -> look(peer.pass(in.u8() * SECOND));
                case 6 -> put(icmpError(in));
                case 7 -> use(in);
                case 8 -> put(ipv6(in));
                default -> put(arp(in));
            }
            accept();
        }

        private void put(byte[] frame) {
            peer.link.put(frame);
            look(peer.settle());
        }

        private static byte[] arp(Input in) {
            int from = Stranger.OWN_IP + in.u8() % 4 - 1;
            long to = in.u8() % 2 == 0 ? MacAddress.BROADCAST : HandLink.MAC.value();
            long mac = Stranger.OWN_MAC + in.u8();
            return Stranger.arp(in.u8() % 4, mac, from, to, Stranger.STACK_IP);
        }

        private static byte[] ipv4(Input in) {
            int from = Stranger.OWN_IP + in.u8() % 2;
            return Stranger.ipv4(from, in.u8(), in.u8(), in.u16(), in.take(in.u8()));
        }

        private static byte[] changed(Input in, byte[] frame) {
            for (int changes = in.u8() % 4; changes > 0; changes--) {
                frame[in.u8() % frame.length] = (byte) in.u8();
            }
            return frame;
        }

        private byte[] icmpError(Input in) {
            int code = in.u8() % 16;
            byte[] quoted = last.byteSize() >= 64 ? last.toArray(BYTE) : new byte[64];
            return Stranger.icmpError(
                    code, in.u16(), MemorySegment.ofArray(quoted), in.near(stackNext));
        }

        /** A segment whose checksum is right, near the numbers of the connection or not. */
        private byte[] segment(Input in) {
            int flags = in.u8() & 0x3f;
            int port = 4000 + in.u8() % 4;
            int seq = in.near(peerNext);
            int ack = in.near(stackNext);
            int window = in.u16();
            byte[] options = in.take(in.u8() % 11 * 4);
            byte[] data = new byte[4 * in.u8()];
            for (int i = 0; i < data.length; i++) {
                data[i] = at(seq - Stranger.ISN - 1 + i);
            }
            int headerBytes = Tcp.HEADER_BYTES + options.length;
            // A reset may end the first connection without a word of the stack.
            firstLives &= port != 4000 || (flags & Tcp.RST) == 0;
            byte[] bytes = new byte[headerBytes + data.length];
            MemorySegment tcp = MemorySegment.ofArray(bytes);
            Tcp.write(tcp, 0, port, 80, seq, ack, headerBytes, flags, window);
            System.arraycopy(options, 0, bytes, Tcp.HEADER_BYTES, options.length);
            System.arraycopy(data, 0, bytes, headerBytes, data.length);
            long sum =
                    InternetChecksum.pseudoHeader(
                            0,
                            IpAddress.mapped(Stranger.OWN_IP),
                            0,
                            IpAddress.mapped(Stranger.STACK_IP),
                            Protocol.TCP,
                            bytes.length);
            sum = InternetChecksum.add(sum, tcp, 0, bytes.length);
            Tcp.putChecksum(tcp, 0, InternetChecksum.finish(sum));
            return Stranger.ipv4(Stranger.OWN_IP, Protocol.TCP, 0, 0, bytes);
        }

        /** A packet of IPv6; one of ICMPv6 has a right checksum. */
        private static byte[] ipv6(Input in) {
            int next = in.u8();
            int hops = in.u8() % 2 == 0 ? 255 : 64;
            IpAddress to = in.u8() % 2 == 0 ? STACK_V6 : ALL_NODES;
            byte[] payload = in.take(in.u8());
            byte[] bytes = new byte[54 + payload.length];
            MemorySegment frame = MemorySegment.ofArray(bytes);
            Ethernet.write(frame, 0, HandLink.MAC.value(), Stranger.OWN_MAC, Ethernet.TYPE_IPV6);
            Ipv6.write(
                    frame,
                    14,
                    payload.length,
                    next,
                    hops,
                    OWN_V6.high(),
                    OWN_V6.low(),
                    to.high(),
                    to.low());
            System.arraycopy(payload, 0, bytes, 54, payload.length);
            if (next == Protocol.ICMPV6 && payload.length >= 4) {
                Wire.putU16(frame, 56, 0);
                long sum =
                        InternetChecksum.pseudoHeader(
                                OWN_V6.high(),
                                OWN_V6.low(),
                                to.high(),
                                to.low(),
                                next,
                                payload.length);
                sum = InternetChecksum.add(sum, frame, 54, payload.length);
                Wire.putU16(frame, 56, InternetChecksum.finish(sum));
            }
            return bytes;
        }

        /** What an application may do with a connection, and with datagrams. */
        private void use(Input in) throws NetException {
            int what = in.u8() % 9;
            ByteBuffer some = ByteBuffer.allocate(16 * in.u8());
            if (what == 8) {
                while (datagrams.receive(some.clear()) >= 0) {
                    // Whatever came.
                }
                return;
            }
            if (open.isEmpty()) {
                return;
            }
            TcpConnection c = open.get(in.u8() % open.size());
            try {
                switch (what) {
                    case 0, 1 -> read(c, some);
                    case 2, 3 -> write(c, some);
                    case 4 -> c.shutdownOutput();
                    case 5 -> c.shutdownInput();
                    case 6 -> {
                        boolean ignored = open.remove(c);
                        firstLives &= !c.equals(first);
                        c.close();
                    }
                    default -> {
                        c.setKeepAliveTimes(in.u8() * SECOND, SECOND, 3);
                        c.setKeepAlive(true);
                    }
                }
            } catch (NetException failed) {
                // The peer has ended it, or the application has shut it before.
                assertNotNull(failed.error());
            }
            look(peer.settle());
        }

        private void read(TcpConnection c, ByteBuffer some) throws NetException {
            assertTrue(c.read(some) >= -1);
            some.flip();
            while (c.equals(first) && some.hasRemaining()) {
                assertEquals(at(read), some.get(), "byte " + read);
                read++;
            }
        }

        private void write(TcpConnection c, ByteBuffer some) throws NetException {
            for (int i = 0; i < some.limit(); i++) {
                some.put(i, at(written + i));
            }
            int n = c.write(some);
            assertTrue(n >= 0);
            written += c.equals(first) ? n : 0;
        }

        private void lookAtBytes(MemorySegment frame) {
            int bytes = Stranger.payloadBytes(frame);
            int from = Stranger.sequence(frame) - stackFirst;
            firstLives &= (Stranger.flags(frame) & (Tcp.RST | Tcp.SYN)) == 0;
            if (!firstLives || bytes == 0) {
                return;
            }
            assertTrue(from >= 0 && from + bytes <= written, from + " and " + bytes);
            long data = frame.byteSize() - bytes;
            for (int i = 0; i < bytes; i++) {
                assertEquals(at(from + i), frame.get(BYTE, data + i), "byte " + (from + i));
            }
        }

        /** Whatever the stack sends can be read by others. */
        private void look(List<MemorySegment> frames) {
            for (MemorySegment frame : frames) {
                last = frame;
                int bytes = (int) frame.byteSize() - Ethernet.HEADER_BYTES;
                assertTrue(bytes > 0 && bytes <= 1500, "a packet of " + bytes + " bytes");
                switch (Ethernet.type(frame, 0)) {
                    case Ethernet.TYPE_IPV4 -> lookAtV4(frame, bytes);
                    case Ethernet.TYPE_IPV6 ->
                            assertEquals(bytes - 40, Ipv6.payloadLength(frame, 14));
                    default -> throw new AssertionError("a frame of no type that we speak");
                }
            }
        }

        private void lookAtV4(MemorySegment frame, int bytes) {
            assertEquals(bytes, Ipv4.totalLength(frame, 14));
            assertEquals(Ipv4.HEADER_BYTES, Ipv4.headerBytes(frame, 14));
            assertTrue(InternetChecksum.isRight(InternetChecksum.add(0, frame, 14, 20)));
            if (Ipv4.protocol(frame, 14) != Protocol.TCP) {
                return;
            }
            long sum =
                    InternetChecksum.pseudoHeader(
                            0,
                            IpAddress.mapped(Ipv4.source(frame, 14)),
                            0,
                            IpAddress.mapped(Ipv4.destination(frame, 14)),
                            Protocol.TCP,
                            bytes - 20);
            assertTrue(InternetChecksum.isRight(InternetChecksum.add(sum, frame, 34, bytes - 20)));
            if (Tcp.destinationPort(frame, 34) == 4000) {
                lookAtBytes(frame);
            }
            if (Tcp.destinationPort(frame, 34) == 4000 && Stranger.flags(frame) != Tcp.RST) {
                stackNext = Stranger.sequence(frame) + Stranger.payloadBytes(frame);
                peerNext = Stranger.acknowledgment(frame);
            }
        }

        void endsWithNothingHeld() {
            // Handshakes that were under way may still end well.
            look(peer.pass(200 * SECOND));
            accept();
            open.forEach(TcpConnection::abort);
            datagrams.close();
            look(peer.pass(2 * 3600 * SECOND));
            assertEquals(0, peer.stack.tcp().connections());
            assertEquals(0, peer.stack.lentBytes());
        }

        void answersAPing() {
            peer.link.put(
                    Stranger.ipv4(
                            Stranger.OWN_IP, Protocol.ICMP, 1, 0, Stranger.echo(new byte[9])));
            List<MemorySegment> answers = peer.settle();
            assertEquals(1, answers.size());
            assertEquals(Protocol.ICMP, Ipv4.protocol(answers.getFirst(), 14));
            assertEquals(0, Wire.u8(answers.getFirst(), 34));
        }

        void carriesAConnection() throws NetException {
            int ack = peer.connect();
            TcpConnection c = Objects.requireNonNull(listener.accept());
            peer.send(Stranger.ISN + 1, ack, Tcp.ACK, (byte) 1, (byte) 2, (byte) 3);
            look(peer.settle());
            ByteBuffer got = ByteBuffer.allocate(8);
            assertEquals(3, c.read(got));
            assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), got.flip());
            assertEquals(5, c.write(ByteBuffer.wrap(new byte[5])));
            assertEquals(5, Stranger.payloadBytes(peer.settle().getLast()));
            c.abort();
            look(peer.settle());
            assertEquals(0, peer.stack.lentBytes());
        }

        @Override
        public void close() {
            peer.stack.close();
        }
    }
}
