package org.cofferdam.libos.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cofferdam.libos.jdk.channel.StackDatagramSocketImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagram sockets of java.net behave as documented, on stacks of ours. */
@Timeout(30)
@SuppressWarnings("try") // closing early is what is tested
class DatagramSocketTest {
    @SuppressWarnings("NullAway.Init") // before all tests
    private static TwoGuests two;

    @BeforeAll
    static void twoGuests() {
        two = new TwoGuests();
    }

    @AfterAll
    static void end() throws InterruptedException {
        two.end();
    }

    /** What {@code new DatagramSocket()} is where the factory is installed. */
    private static final class Socket extends DatagramSocket {
        Socket(GuestSelectorProvider over) throws SocketException {
            super(new StackDatagramSocketImpl(over, over::station));
            bind(new InetSocketAddress("0.0.0.0", 0));
        }
    }

    private static DatagramPacket packet(String text, DatagramSocket to) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return new DatagramPacket(
                bytes, bytes.length, new InetSocketAddress(TwoGuests.RIGHT, to.getLocalPort()));
    }

    private static String text(DatagramPacket packet) {
        return new String(
                packet.getData(),
                packet.getOffset(),
                packet.getLength(),
                StandardCharsets.US_ASCII);
    }

    @Test
    void anEchoComesBackAlthoughOnePacketServesForAll() throws Exception {
        try (DatagramSocket client = new Socket(two.left);
                DatagramSocket server = new Socket(two.right)) {
            DatagramPacket serves = new DatagramPacket(new byte[100], 100);
            for (String text : new String[] {"a", "a longer one", "", "the longest of them all"}) {
                client.send(packet(text, server));
                // As a program does that knows that a packet's room stays.
                server.receive(serves);
                assertEquals(text, text(serves));
                server.send(serves);
                DatagramPacket got = new DatagramPacket(new byte[100], 100);
                client.receive(got);
                assertEquals(text, text(got));
                assertEquals(server.getLocalPort(), got.getPort());
            }
        }
    }

    @Test
    void aLengthThatTheProgramSetsIsKept() throws Exception {
        try (DatagramSocket client = new Socket(two.left);
                DatagramSocket server = new Socket(two.right)) {
            DatagramPacket serves = new DatagramPacket(new byte[100], 100);
            client.send(packet("four", server));
            server.receive(serves);
            serves.setLength(3);
            client.send(packet("truncated", server));
            server.receive(serves);
            assertEquals("tru", text(serves));
        }
    }

    @Test
    void aReceiveEndsWithItsTimeoutOrItsSocket() throws Exception {
        try (DatagramSocket socket = new Socket(two.left)) {
            DatagramPacket packet = new DatagramPacket(new byte[9], 9);
            socket.setSoTimeout(30);
            assertThrows(SocketTimeoutException.class, () -> socket.receive(packet));
            assertEquals(30, socket.getSoTimeout());
            socket.setSoTimeout(0);
            var receive =
                    Waiting.in(
                                    Thread.ofPlatform(),
                                    () -> {
                                        socket.receive(packet);
                                        return 0;
                                    })
                            .blocked();
            socket.close();
            assertEquals(SocketException.class, receive.failure().getClass());
        }
    }

    @Test
    void interruptsCountOnVirtualThreadsAlone() throws Exception {
        for (boolean virtual : new boolean[] {false, true}) {
            try (DatagramSocket client = new Socket(two.left);
                    DatagramSocket server = new Socket(two.right)) {
                DatagramPacket packet = new DatagramPacket(new byte[9], 9);
                var receive =
                        Waiting.in(
                                        virtual ? Thread.ofVirtual() : Thread.ofPlatform(),
                                        () -> {
                                            server.receive(packet);
                                            return text(packet);
                                        })
                                .blocked();
                receive.thread().interrupt();
                if (virtual) {
                    assertEquals("Closed by interrupt", receive.failure().getMessage());
                } else {
                    client.send(packet("still", server));
                    assertEquals("still", receive.value());
                }
            }
        }
    }

    @Test
    void aConnectedSocketHearsItsPeerAloneAndThatItIsGone() throws Exception {
        try (DatagramSocket client = new Socket(two.left);
                DatagramSocket other = new Socket(two.left);
                DatagramSocket server = new Socket(two.right)) {
            server.connect(new InetSocketAddress("10.9.0.1", client.getLocalPort()));
            assertTrue(server.isConnected());
            other.send(packet("no", server));
            client.send(packet("yes", server));
            DatagramPacket got = new DatagramPacket(new byte[9], 9);
            server.receive(got);
            assertEquals("yes", text(got));
            server.disconnect();
            other.send(packet("now", server));
            server.receive(got);
            assertEquals("now", text(got));
        }
        try (DatagramSocket client = new Socket(two.left);
                DatagramSocket closed = new Socket(two.right)) {
            client.connect(new InetSocketAddress(TwoGuests.RIGHT, closed.getLocalPort()));
            closed.close();
            client.send(new DatagramPacket(new byte[1], 1));
            assertThrows(
                    PortUnreachableException.class,
                    () -> client.receive(new DatagramPacket(new byte[1], 1)));
        }
    }

    @Test
    void allOfANetworkAreReachedByWhoMay() throws Exception {
        try (DatagramSocket server = new Socket(two.right);
                DatagramChannel client = two.left.openDatagramChannel()) {
            InetSocketAddress all = new InetSocketAddress("10.9.0.255", server.getLocalPort());
            SocketException no =
                    assertThrows(
                            SocketException.class, () -> client.send(ByteBuffer.allocate(3), all));
            assertTrue(String.valueOf(no.getMessage()).startsWith("Permission denied"));
            DatagramChannel may = client.setOption(StandardSocketOptions.SO_BROADCAST, true);
            assertEquals(3, may.send(ByteBuffer.allocate(3), all));
            DatagramPacket got = new DatagramPacket(new byte[9], 9);
            server.receive(got);
            assertEquals(3, got.getLength());
            may.socket().setBroadcast(false);
            assertEquals(false, client.getOption(StandardSocketOptions.SO_BROADCAST));
        }
    }

    @Test
    void classAndHopsAreKeptAndWhatIsNoneIsRefused() throws Exception {
        try (DatagramChannel channel = two.left.openDatagramChannel()) {
            DatagramSocket socket = channel.socket();
            socket.setTrafficClass(0xb8);
            assertEquals(0xb8, channel.getOption(StandardSocketOptions.IP_TOS));
            assertEquals(1, channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 256));
            assertEquals(null, channel.getOption(StandardSocketOptions.IP_MULTICAST_IF));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> channel.setOption(StandardSocketOptions.SO_REUSEPORT, true));
        }
    }

    @Test
    void groupsAreRefusedInOneSentence() throws Exception {
        try (DatagramSocket socket = new Socket(two.left)) {
            SocketException no =
                    assertThrows(
                            SocketException.class,
                            () -> socket.joinGroup(new InetSocketAddress("224.1.2.3", 1), null));
            assertTrue(String.valueOf(no.getMessage()).contains("multicast"));
        }
    }

    @Test
    void aChannelShowsItselfAsASocket() throws Exception {
        try (DatagramChannel channel = two.left.openDatagramChannel();
                DatagramSocket server = new Socket(two.right)) {
            DatagramSocket shown = channel.socket();
            assertFalse(shown.isBound());
            assertEquals(0, shown.getLocalPort());
            shown.bind(new InetSocketAddress(0));
            assertEquals(channel, shown.getChannel());
            shown.send(packet("by the socket", server));
            byte[] room = new byte[50];
            DatagramPacket got = new DatagramPacket(room, room.length);
            server.receive(got);
            assertEquals(shown.getLocalPort(), got.getPort());
            server.send(got);
            ByteBuffer target = ByteBuffer.allocate(50);
            assertTrue(channel.receive(target) != null);
            assertArrayEquals(
                    Arrays.copyOf(room, 13), Arrays.copyOf(target.array(), target.position()));
            SelectableChannel ignored = channel.configureBlocking(false);
            assertThrows(IllegalBlockingModeException.class, () -> shown.receive(got));
            shown.close();
            assertFalse(channel.isOpen());
        }
    }

    @Test
    void aSocketThatIsNotBoundHasNoPortYet() throws IOException {
        try (DatagramSocket socket =
                new DatagramSocket(new StackDatagramSocketImpl(two.left, two.left::station)) {}) {
            assertFalse(socket.isBound());
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(0));
            assertTrue(socket.getLocalPort() > 0);
        }
    }
}
