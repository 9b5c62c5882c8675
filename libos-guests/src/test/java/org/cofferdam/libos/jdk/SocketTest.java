package org.cofferdam.libos.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.cofferdam.libos.jdk.channel.StackServerSocketImpl;
import org.cofferdam.libos.jdk.channel.StackSocketImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sockets of java.net behave as documented, on stacks of ours. */
@Timeout(30)
@SuppressWarnings("try") // closing early is what is tested
class SocketTest {
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

    /** What {@code new Socket()} is where the factories are installed. */
    private static final class Client extends Socket {
        Client(GuestSelectorProvider over) throws SocketException {
            super(new StackSocketImpl(over, over::station));
        }
    }

    /** What {@code new ServerSocket()} is where the factories are installed. */
    private static final class Server extends ServerSocket {
        Server() throws IOException {
            super(new StackServerSocketImpl(two.right, two.right::station));
            bind(new InetSocketAddress("0.0.0.0", 0));
        }

        @Override
        public Socket accept() throws IOException {
            Socket accepted = new Client(two.right);
            implAccept(accepted);
            return accepted;
        }

        InetSocketAddress at() {
            return new InetSocketAddress(TwoGuests.RIGHT, getLocalPort());
        }
    }

    private record Pair(Socket client, Socket server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    private static Pair connected() throws IOException {
        try (Server server = new Server()) {
            Socket client = new Client(two.left);
            client.connect(server.at());
            return new Pair(client, server.accept());
        }
    }

    private static byte[] random(int n, long seed) {
        byte[] all = new byte[n];
        new Random(seed).nextBytes(all);
        return all;
    }

    @Test
    void whatIsWrittenIsReadAndAShutdownEndsIt() throws Exception {
        try (Pair pair = connected()) {
            byte[] sent = random(3_000_000, 1);
            var reader =
                    Waiting.in(
                            Thread.ofVirtual(),
                            () -> pair.server().getInputStream().readAllBytes());
            pair.client().getOutputStream().write(sent);
            pair.client().shutdownOutput();
            assertArrayEquals(sent, reader.value());
            // The other direction goes on.
            pair.server().getOutputStream().write(sent, 0, 1000);
            assertArrayEquals(
                    Arrays.copyOf(sent, 1000), pair.client().getInputStream().readNBytes(1000));
            assertTrue(pair.client().isOutputShutdown());
            assertThrows(SocketException.class, () -> pair.client().getOutputStream());
        }
    }

    @Test
    void bothEndsKnowWhoTheyAre() throws Exception {
        try (Pair pair = connected()) {
            assertEquals(
                    pair.client().getLocalSocketAddress(), pair.server().getRemoteSocketAddress());
            assertEquals(
                    pair.client().getRemoteSocketAddress(), pair.server().getLocalSocketAddress());
            assertEquals(InetAddress.ofLiteral(TwoGuests.RIGHT), pair.client().getInetAddress());
            assertTrue(pair.client().isConnected() && pair.server().isBound());
        }
    }

    @Test
    void availableSaysWhatCanBeReadWithoutWaiting() throws Exception {
        try (Pair pair = connected()) {
            assertEquals(0, pair.server().getInputStream().available());
            pair.client().getOutputStream().write(new byte[100]);
            assertTrue(pair.server().getInputStream().read() >= 0);
            assertEquals(99, pair.server().getInputStream().available());
            pair.server().close();
            assertThrows(SocketException.class, () -> pair.server().getInputStream());
        }
    }

    @Test
    void aReadEndsWithItsTimeoutAndTheSocketGoesOn() throws Exception {
        try (Pair pair = connected()) {
            pair.client().setSoTimeout(50);
            long start = System.nanoTime();
            assertThrows(SocketTimeoutException.class, () -> pair.client().getInputStream().read());
            assertTrue(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) >= 50);
            pair.server().getOutputStream().write(7);
            pair.client().setSoTimeout(0);
            assertEquals(7, pair.client().getInputStream().read());
        }
    }

    @Test
    void anAcceptEndsWithItsTimeoutAndTheServerGoesOn() throws Exception {
        try (Server server = new Server();
                Socket client = new Client(two.left)) {
            server.setSoTimeout(50);
            assertThrows(SocketTimeoutException.class, server::accept);
            client.connect(server.at());
            server.accept().close();
        }
    }

    @Test
    void aConnectEndsWithItsTimeout() throws Exception {
        try (Socket client = new Client(two.left)) {
            // Nobody is there, which would be found out after seconds.
            InetSocketAddress nobody = new InetSocketAddress("10.9.0.77", 1);
            assertThrows(SocketTimeoutException.class, () -> client.connect(nobody, 50));
            assertTrue(client.isClosed());
        }
    }

    @Test
    void failuresSpeakAsLinuxDoes() throws Exception {
        int port;
        try (Server server = new Server()) {
            port = server.getLocalPort();
            ServerSocket second =
                    new ServerSocket(new StackServerSocketImpl(two.right, two.right::station)) {};
            BindException taken =
                    assertThrows(
                            BindException.class, () -> second.bind(new InetSocketAddress(port)));
            assertTrue(String.valueOf(taken.getMessage()).startsWith("Address already in use"));
        }
        Socket refused = new Client(two.left);
        ConnectException no =
                assertThrows(
                        ConnectException.class,
                        () -> refused.connect(new InetSocketAddress(TwoGuests.RIGHT, port)));
        assertTrue(String.valueOf(no.getMessage()).startsWith("Connection refused"));
        Socket nowhere = new Client(two.left);
        assertThrows(
                UnknownHostException.class,
                () -> nowhere.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
        try (Pair pair = connected()) {
            pair.client().setSoLinger(true, 0);
            pair.client().close();
            SocketException reset =
                    assertThrows(
                            SocketException.class, () -> pair.server().getInputStream().read());
            assertTrue(String.valueOf(reset.getMessage()).startsWith("Connection reset"));
        }
    }

    @Test
    void closingEndsAReadAndAnAcceptThatWait() throws Exception {
        for (Thread.Builder kind : new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
            try (Pair pair = connected();
                    Server server = new Server()) {
                var read = Waiting.in(kind, () -> pair.client().getInputStream().read()).blocked();
                pair.client().close();
                assertEquals(SocketException.class, read.failure().getClass());
                var accept = Waiting.in(kind, server::accept).blocked();
                server.close();
                assertEquals(SocketException.class, accept.failure().getClass());
            }
        }
    }

    @Test
    void closingEndsAWriteThatWaitsForRoom() throws Exception {
        try (Pair pair = connected()) {
            var write =
                    Waiting.in(
                                    Thread.ofPlatform(),
                                    () -> {
                                        pair.client().getOutputStream().write(new byte[5_000_000]);
                                        return 0;
                                    })
                            .blocked();
            pair.client().close();
            assertInstanceOf(SocketException.class, write.failure());
        }
    }

    @Test
    void anInterruptLeavesTheSocketOfAPlatformThread() throws Exception {
        try (Pair pair = connected()) {
            var read =
                    Waiting.in(
                                    Thread.ofPlatform(),
                                    () -> {
                                        int got = pair.client().getInputStream().read();
                                        return Thread.interrupted() ? got : -2;
                                    })
                            .blocked();
            read.thread().interrupt();
            // Long enough for it to have come back, had the interrupt ended it.
            Thread.sleep(50);
            assertFalse(read.result().isDone());
            pair.server().getOutputStream().write(9);
            // The byte, and the interrupt is still there.
            assertEquals(9, read.value());
        }
    }

    @Test
    void anInterruptClosesTheSocketOfAVirtualThread() throws Exception {
        try (Pair pair = connected();
                Server server = new Server()) {
            var read =
                    Waiting.in(Thread.ofVirtual(), () -> pair.client().getInputStream().read())
                            .blocked();
            read.thread().interrupt();
            Throwable failure = read.failure();
            assertEquals(SocketException.class, failure.getClass());
            assertEquals("Closed by interrupt", failure.getMessage());
            var accept = Waiting.in(Thread.ofVirtual(), server::accept).blocked();
            accept.thread().interrupt();
            assertEquals("Closed by interrupt", accept.failure().getMessage());
        }
    }

    @Test
    void whatIsWrittenBeforeAResetArrivesBeforeIt() throws Exception {
        // The write and the close may reach the network's thread together.
        for (int i = 0; i < 50; i++) {
            try (Pair pair = connected()) {
                pair.client().setSoLinger(true, 0);
                pair.client().getOutputStream().write(random(100, i));
                pair.client().close();
                InputStream in = pair.server().getInputStream();
                assertArrayEquals(random(100, i), in.readNBytes(100));
                assertThrows(SocketException.class, in::read);
            }
        }
    }

    @Test
    void aConnectionToAnyAddressIsOneToItself() throws Exception {
        try (Server server = new Server();
                Socket client = new Client(two.right)) {
            client.connect(new InetSocketAddress("0.0.0.0", server.getLocalPort()));
            assertTrue(client.getInetAddress().isLoopbackAddress());
            server.accept().close();
        }
    }

    @Test
    void optionsAreKeptAndThoseThatAreNotThereAreRefused() throws Exception {
        try (Pair pair = connected()) {
            Socket socket = pair.client();
            socket.setTcpNoDelay(true);
            assertTrue(socket.getTcpNoDelay());
            socket.setKeepAlive(true);
            assertTrue(socket.getKeepAlive());
            assertEquals(-1, socket.getSoLinger());
            socket.setSoLinger(true, 3);
            assertEquals(3, socket.getSoLinger());
            socket.setSoLinger(false, 0);
            assertEquals(-1, socket.getSoLinger());
            socket.setReuseAddress(true);
            assertTrue(socket.getReuseAddress());
            socket.setReceiveBufferSize(100_000);
            assertTrue(socket.getReceiveBufferSize() >= 100_000);
            assertTrue(socket.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY));
            assertThrows(SocketException.class, () -> socket.sendUrgentData(1));
            assertThrows(SocketException.class, () -> socket.setOOBInline(false));
            assertTrue(socket.getOOBInline());
        }
    }

    @Test
    void whatAChannelShowsIsASocketLikeOthers() throws Exception {
        try (TwoGuests.Pair pair = two.connected()) {
            Socket client = pair.client().socket();
            Socket server = pair.server().socket();
            client.setSoTimeout(50);
            assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
            server.getOutputStream().write(random(1000, 3));
            assertArrayEquals(random(1000, 3), client.getInputStream().readNBytes(1000));
            server.shutdownOutput();
            assertEquals(-1, client.getInputStream().read());
            assertTrue(pair.client().isOpen() && client.isConnected());
            client.close();
            assertFalse(pair.client().isOpen());
        }
    }
}
