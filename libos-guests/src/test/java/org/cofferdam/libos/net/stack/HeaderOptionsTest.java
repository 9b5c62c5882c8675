package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an application sets for its packets stands in their headers, byte for byte. */
class HeaderOptionsTest {
    private static final int IP = 14;
    private static final int V4_CLASS = IP + 1;
    private static final int V4_HOPS = IP + 8;
    private static final int V6_HOPS = IP + 7;

    private final HandLink link = new HandLink();
    private long now = 1_000_000_000_000L;
    private final NetworkStack stack =
            new NetworkStack(
                    link, this::now, new SplittableRandom(5), () -> {}, StackSettings.DEFAULT);

    private long now() {
        return now;
    }

    @AfterEach
    void close() {
        stack.close();
    }

    private List<byte[]> sent() {
        while (stack.doWork() > 0) {
            now += 1000;
        }
        return link.take();
    }

    private byte[] datagram(UdpSocket from, String to) throws Exception {
        boolean room = from.send(ByteBuffer.allocate(10), IpAddress.parse(to), 9);
        assertEquals(true, room);
        return sent().getFirst();
    }

    private static int v6Class(byte[] frame) {
        return (frame[IP] << 4 | (frame[IP + 1] & 0xff) >>> 4) & 0xff;
    }

    @Test
    void aDatagramHasItsClassAndItsHops() throws Exception {
        stack.setV4(IpAddress.parse("10.9.0.1"), 24, IpAddress.ANY_V4);
        boolean added = stack.addV6(IpAddress.parse("fd00:9::1"), 64);
        assertEquals(true, added);
        sent();
        UdpSocket socket = stack.udp().open(IpAddress.ANY_V4, 1234, 0);
        byte[] plain = datagram(socket, "10.9.0.255");
        assertEquals(0, plain[V4_CLASS]);
        assertEquals(64, plain[V4_HOPS]);
        assertEquals(1, datagram(socket, "224.1.2.3")[V4_HOPS]);

        socket.setTrafficClass(0xb8);
        socket.setGroupHops(7);
        assertEquals(0xb8, datagram(socket, "10.9.0.255")[V4_CLASS] & 0xff);
        assertEquals(64, datagram(socket, "10.9.0.255")[V4_HOPS]);
        assertEquals(7, datagram(socket, "224.1.2.3")[V4_HOPS]);
        byte[] six = datagram(socket, "ff02::1:2");
        assertEquals(6, six[IP] >>> 4);
        assertEquals(0xb8, v6Class(six));
        assertEquals(7, six[V6_HOPS]);
    }

    @Test
    void aConnectionsSegmentsHaveItsClassWithoutTheBitsOfTcp() throws Exception {
        stack.setV4(IpAddress.parse("10.9.0.1"), 24, IpAddress.ANY_V4);
        TcpConnection connection = stack.tcp().open();
        connection.setTrafficClass(0xbb);
        connection.connect(IpAddress.parse("10.9.0.2"), 80);
        byte[] question = sent().getLast();
        // RFC 826: the answer to who has 10.9.0.2, by turning the question round.
        byte[] answer = question.clone();
        byte[] peer = {2, 0, 0, 0, 0, 2};
        System.arraycopy(question, 6, answer, 0, 6);
        System.arraycopy(peer, 0, answer, 6, 6);
        answer[21] = 2;
        System.arraycopy(peer, 0, answer, 22, 6);
        System.arraycopy(question, 38, answer, 28, 4);
        System.arraycopy(question, 22, answer, 32, 10);
        link.put(answer);
        byte[] syn = sent().getLast();
        assertEquals(6, syn[IP + 9]);
        assertEquals(0xb8, syn[V4_CLASS] & 0xff);
    }
}
