package org.cofferdam.libos.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.cofferdam.libos.jdk.TwoGuests.Pair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stream channels behave as java.nio.channels documents them, on stacks of ours. */
@Timeout(30)
class SocketChannelTest {
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

    private static byte[] random(int n, long seed) {
        byte[] all = new byte[n];
        new Random(seed).nextBytes(all);
        return all;
    }

    private static ByteBuffer bytes(int n, long seed) {
        return ByteBuffer.wrap(random(n, seed));
    }

    private static byte[] readAll(SocketChannel from) throws IOException {
        try (var out = new java.io.ByteArrayOutputStream()) {
            ByteBuffer piece = ByteBuffer.allocateDirect(10_000);
            while (from.read(piece) >= 0) {
                piece.flip();
                byte[] part = new byte[piece.remaining()];
                piece.get(part).clear();
                out.writeBytes(part);
            }
            return out.toByteArray();
        }
    }

    @Test
    void aBlockingWriteWritesAllAndAReadEndsAtShutdown() throws Exception {
        try (Pair pair = two.connected()) {
            ByteBuffer sent = bytes(5_000_000, 1);
            var reader = Waiting.in(Thread.ofVirtual(), () -> readAll(pair.server()));
            assertEquals(5_000_000, pair.client().write(sent));
            pair.client().shutdownOutput();
            assertArrayEquals(random(5_000_000, 1), reader.result().get());
            assertThrows(ClosedChannelException.class, () -> pair.client().write(bytes(1, 1)));
        }
    }

    @Test
    void aHalfClosedConnectionStillReads() throws Exception {
        try (Pair pair = two.connected()) {
            pair.client().shutdownOutput();
            assertEquals(-1, pair.server().read(ByteBuffer.allocate(1)));
            assertEquals(3, pair.server().write(bytes(3, 2)));
            ByteBuffer target = ByteBuffer.allocate(3);
            while (target.hasRemaining()) {
                assertTrue(pair.client().read(target) > 0);
            }
        }
    }

    @Test
    void readsScatterAndWritesGather() throws Exception {
        try (Pair pair = two.connected()) {
            ByteBuffer[] sent = {bytes(3, 1), bytes(0, 1), bytes(5, 2)};
            assertEquals(8, pair.client().write(sent));
            pair.client().shutdownOutput();
            ByteBuffer[] got = {ByteBuffer.allocate(2), ByteBuffer.allocate(100)};
            long n = 0;
            while ((n = pair.server().read(got)) >= 0) {
                assertTrue(n > 0);
            }
            assertEquals(2, got[0].position());
            assertEquals(6, got[1].position());
            assertEquals(bytes(3, 1).get(0), got[0].get(0));
            assertEquals(bytes(5, 2).get(4), got[1].get(5));
        }
    }

    @Test
    void aNonBlockingChannelNeverWaits() throws Exception {
        try (Pair pair = two.connected()) {
            pair.client().configureBlocking(false);
            assertEquals(0, pair.client().read(ByteBuffer.allocate(10)));
            long written = 0;
            ByteBuffer more = bytes(1 << 20, 3);
            int n;
            while ((n = pair.client().write(more)) > 0) {
                written += n;
                more.rewind();
            }
            assertTrue(written >= 1 << 18, written + " bytes were taken");
        }
    }

    @Test
    void closingEndsAReadThatWaits() throws Exception {
        for (Thread.Builder kind : new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
            try (Pair pair = two.connected()) {
                var reader =
                        Waiting.in(kind, () -> pair.client().read(ByteBuffer.allocate(1)))
                                .blocked();
                pair.client().close();
                assertInstanceOf(AsynchronousCloseException.class, reader.failure());
            }
        }
    }

    @Test
    void anInterruptClosesTheChannelThatIsReadFrom() throws Exception {
        for (Thread.Builder kind : new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
            try (Pair pair = two.connected()) {
                var reader =
                        Waiting.in(kind, () -> pair.client().read(ByteBuffer.allocate(1)))
                                .blocked();
                reader.thread().interrupt();
                assertInstanceOf(ClosedByInterruptException.class, reader.failure());
                assertFalse(pair.client().isOpen());
            }
        }
    }

    @Test
    void closingEndsAnAcceptThatWaits() throws Exception {
        ServerSocketChannel server = two.listen();
        var acceptor = Waiting.in(Thread.ofPlatform(), server::accept).blocked();
        server.close();
        assertInstanceOf(AsynchronousCloseException.class, acceptor.failure());
    }

    @Test
    void aWriteThatWaitsForRoomEndsWithTheChannel() throws Exception {
        try (Pair pair = two.connected()) {
            var writer =
                    Waiting.in(Thread.ofPlatform(), () -> pair.client().write(bytes(64 << 20, 1)))
                            .blocked();
            pair.client().close();
            assertTrue(writer.result().get() < 64 << 20);
            assertThrows(ClosedChannelException.class, () -> pair.client().write(bytes(1, 1)));
        }
    }

    @Test
    void shutdownInputEndsAReadThatWaits() throws Exception {
        try (Pair pair = two.connected()) {
            var reader =
                    Waiting.in(
                                    Thread.ofPlatform(),
                                    () -> pair.client().read(ByteBuffer.allocate(1)))
                            .blocked();
            pair.client().shutdownInput();
            assertEquals(-1, reader.result().get());
        }
    }

    @Test
    void aRefusedConnectionClosesTheChannel() throws Exception {
        SocketChannel client = two.left.openSocketChannel();
        assertThrows(
                ConnectException.class,
                () -> client.connect(new InetSocketAddress(TwoGuests.RIGHT, 9)));
        assertFalse(client.isOpen());
    }

    @Test
    void theApisOrderOfCallsIsKept() throws Exception {
        try (SocketChannel client = two.left.openSocketChannel();
                ServerSocketChannel server = two.right.openServerSocketChannel()) {
            assertThrows(NotYetConnectedException.class, () -> client.read(ByteBuffer.allocate(1)));
            assertThrows(NotYetBoundException.class, server::accept);
            assertNull(server.getLocalAddress());
            assertNull(client.getRemoteAddress());
            assertThrows(
                    UnresolvedAddressException.class,
                    () -> client.connect(InetSocketAddress.createUnresolved("nowhere", 1)));
        }
        try (Pair pair = two.connected()) {
            assertThrows(
                    AlreadyConnectedException.class,
                    () -> pair.client().connect(new InetSocketAddress(TwoGuests.RIGHT, 9)));
            assertEquals(pair.client().getLocalAddress(), pair.server().getRemoteAddress());
            assertEquals(pair.client().getRemoteAddress(), pair.server().getLocalAddress());
        }
    }

    @Test
    void aPortIsFreeAsSoonAsItsServerIsClosed() throws Exception {
        ServerSocketChannel first = two.listen();
        InetSocketAddress at = (InetSocketAddress) first.getLocalAddress();
        for (int i = 0; i < 200; i++) {
            ServerSocketChannel second = two.right.openServerSocketChannel();
            assertThrows(BindException.class, () -> second.bind(at));
            first.close();
            first = second.bind(at);
        }
        first.close();
    }

    @Test
    void noAnswerIsLostInTwentyThousandQuestions() throws Exception {
        int rounds = 20_000;
        try (Pair pair = two.connected()) {
            pair.client().setOption(StandardSocketOptions.TCP_NODELAY, true);
            pair.server().setOption(StandardSocketOptions.TCP_NODELAY, true);
            var answering =
                    Waiting.in(
                            Thread.ofVirtual(),
                            () -> {
                                ByteBuffer one = ByteBuffer.allocate(1);
                                for (int i = 0; i < rounds; i++) {
                                    assertEquals(1, pair.server().read(one.clear()));
                                    assertEquals(1, pair.server().write(one.flip()));
                                }
                                return rounds;
                            });
            ByteBuffer one = ByteBuffer.allocate(1);
            for (int i = 0; i < rounds; i++) {
                pair.client().write(one.clear().put(0, (byte) i));
                assertEquals(1, pair.client().read(one.clear()));
                assertEquals((byte) i, one.get(0));
            }
            assertEquals(rounds, answering.result().get());
        }
    }

    @Test
    void closingEndsAConnectThatWaitsOrHasNotBegun() throws Exception {
        for (int i = 0; i < 200; i++) {
            SocketChannel client = two.left.openSocketChannel();
            var connecting =
                    Waiting.in(
                            Thread.ofVirtual(),
                            () -> client.connect(new InetSocketAddress("10.9.0.77", 80)));
            LockSupport.parkNanos(i * 1000L);
            client.close();
            assertInstanceOf(ClosedChannelException.class, connecting.failure());
        }
    }

    @Test
    void optionsAreKeptAndUnknownOnesRefused() throws Exception {
        try (Pair pair = two.connected()) {
            SocketChannel client = pair.client();
            for (boolean on : new boolean[] {true, false}) {
                client.setOption(StandardSocketOptions.TCP_NODELAY, on);
                client.setOption(StandardSocketOptions.SO_KEEPALIVE, on);
                assertEquals(on, client.getOption(StandardSocketOptions.TCP_NODELAY));
                assertEquals(on, client.socket().getKeepAlive());
            }
            assertEquals(7200, client.getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
            client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 30);
            client.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
            client.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
            assertEquals(30, client.getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
            assertEquals(5, client.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL));
            assertEquals(3, client.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT));
            // Its lower two bits are TCP's own.
            client.setOption(StandardSocketOptions.IP_TOS, 0xbb);
            assertEquals(0xb8, client.getOption(StandardSocketOptions.IP_TOS));
            assertFalse(client.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> client.setOption(StandardSocketOptions.SO_REUSEPORT, true));
        }
    }

    @Test
    void unixDomainSocketsAreRefused() {
        var refused =
                assertThrows(
                        UnsupportedOperationException.class,
                        () -> two.left.openServerSocketChannel(StandardProtocolFamily.UNIX));
        assertTrue(String.valueOf(refused.getMessage()).contains("Unix-domain"));
    }

    @Test
    void theSocketOfAChannelReadsWithATimeout() throws Exception {
        try (Pair pair = two.connected()) {
            Socket socket = pair.client().socket();
            socket.setSoTimeout(20);
            assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
            pair.server().socket().getOutputStream().write(77);
            socket.setSoTimeout(10_000);
            assertEquals(77, socket.getInputStream().read());
            assertEquals(TwoGuests.RIGHT, socket.getInetAddress().getHostAddress());
        }
    }

    @Test
    void hundredsOfVirtualThreadsBlockAtOnce() throws Exception {
        int connections = 300;
        try (ServerSocketChannel server = two.right.openServerSocketChannel()) {
            server.bind(new InetSocketAddress("0.0.0.0", 0), connections);
            var echo =
                    Waiting.in(
                            Thread.ofVirtual(),
                            () -> {
                                for (int i = 0; i < connections; i++) {
                                    SocketChannel one = server.accept();
                                    var ignored =
                                            Waiting.in(
                                                    Thread.ofVirtual(),
                                                    () -> one.write(ByteBuffer.wrap(readAll(one))));
                                }
                                return true;
                            });
            InetSocketAddress to = TwoGuests.addressOf(server);
            @SuppressWarnings({"unchecked", "rawtypes"})
            CompletableFuture<byte[]>[] answers = new CompletableFuture[connections];
            for (int i = 0; i < connections; i++) {
                int seed = i;
                answers[i] =
                        Waiting.in(
                                        Thread.ofVirtual(),
                                        () -> {
                                            SocketChannel one = two.left.openSocketChannel();
                                            one.connect(to);
                                            one.write(bytes(50_000, seed));
                                            one.shutdownOutput();
                                            ByteBuffer answer = ByteBuffer.allocate(50_000);
                                            while (answer.hasRemaining() && one.read(answer) >= 0) {
                                                // Until all of it is there.
                                            }
                                            one.close();
                                            return answer.array();
                                        })
                                .result();
            }
            for (int i = 0; i < connections; i++) {
                assertArrayEquals(random(50_000, i), answers[i].get());
            }
            assertTrue(echo.result().get());
        }
    }
}
