package org.cofferdam.libos.net.kernel;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.link.Impairment;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The stack and the Linux kernel's, over a tap in a namespace of the test. Needs root; see {@link KernelSide}. */
class AgainstLinuxTest {
    private static final long MS = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private KernelSide side;

    @BeforeEach
    void open() {
        side = new KernelSide(LinkFeatures.NONE);
    }

    @AfterEach
    void close() throws Exception {
        side.end();
    }

    static Stream<Arguments> badLinks() {
        return Stream.of(
                Arguments.of("good", Impairment.NONE, 20_000_000),
                Arguments.of("1 % lost", Impairment.losing(0.01), 5_000_000),
                Arguments.of("5 % lost", Impairment.losing(0.05), 1_000_000),
                Arguments.of("50 ms", Impairment.delaying(50 * MS), 5_000_000),
                Arguments.of("late", new Impairment(0, 0, 0.1, 0, 2 * MS, 2 * MS), 3_000_000),
                Arguments.of("twice", new Impairment(0, 0.1, 0, 0, 0, 0), 5_000_000),
                Arguments.of("damaged", new Impairment(0, 0, 0, 0.01, 0, 0), 2_000_000));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badLinks")
    void theKernelAcceptsAConnectionAndBytesPassBothWays(String name, Impairment bad, long bytes)
            throws Exception {
        KernelSide.Program server = side.program("serve", "5001", Long.toString(bytes));
        assertEquals("listening", server.line());
        side.impair(bad);
        TcpConnection c = connect(KernelSide.KERNEL, 5001);
        exchange(c, bytes);
        assertEquals("good", server.end());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badLinks")
    void theKernelConnectsAndBytesPassBothWays(String name, Impairment bad, long bytes)
            throws Exception {
        TcpListener listener = listen(5002);
        side.impair(bad);
        KernelSide.Program client =
                side.program("connect", "10.79.0.2", "5002", Long.toString(bytes));
        exchange(accept(listener), bytes);
        assertEquals("good", client.end());
    }

    @Test
    void theSameOverIpv6() throws Exception {
        TcpListener listener = listen(5003);
        KernelSide.Program client = side.program("connect", "fd00:79::2", "5003", "3000000");
        exchange(accept(listener), 3_000_000);
        assertEquals("good", client.end());
        KernelSide.Program server = side.program("serve", "5004", "3000000");
        assertEquals("listening", server.line());
        exchange(connect(KernelSide.KERNEL_V6, 5004), 3_000_000);
        assertEquals("good", server.end());
    }

    @Test
    void withOffloadsLargeSegmentsPassBothWays() throws Exception {
        side.end();
        side = new KernelSide(LinkFeatures.ALL);
        KernelSide.Program server = side.program("serve", "5005", "50000000");
        assertEquals("listening", server.line());
        exchange(connect(KernelSide.KERNEL, 5005), 50_000_000);
        assertEquals("good", server.end());
        assertTrue(
                side.stack.counters().get(Counter.PACKETS_OUT) < 50_000_000 / 1448,
                side.stack.counters().toString());
        assertEquals(0, side.stack.counters().get(Counter.DROP_CHECKSUM));
    }

    @Test
    void aClosedWindowIsProbedAndOpensAgain() throws Exception {
        KernelSide.Program server = side.program("slow", "5006", "500000");
        assertEquals("listening", server.line());
        TcpConnection c = connect(KernelSide.KERNEL, 5006);
        write(c, 500_000);
        c.shutdownOutput();
        assertEquals("good", server.end());
        assertTrue(
                side.stack.counters().get(Counter.TCP_WINDOW_PROBE) > 0,
                side.stack.counters().toString());
    }

    @Test
    void aHalfClosedConnectionGoesOnInTheOtherDirection() throws Exception {
        KernelSide.Program server = side.program("half", "5007", "300000");
        assertEquals("listening", server.line());
        TcpConnection c = connect(KernelSide.KERNEL, 5007);
        write(c, 300_000);
        c.shutdownOutput();
        read(c, 300_000);
        assertEquals("good", server.end());
    }

    @Test
    void bothSidesMayCloseAtOnce() throws Exception {
        KernelSide.Program server = side.program("together", "5008");
        assertEquals("listening", server.line());
        side.impair(Impairment.delaying(50 * MS));
        TcpConnection c = connect(KernelSide.KERNEL, 5008);
        assertEquals("accepted", server.line());
        server.tell();
        c.shutdownOutput();
        assertEquals("good", server.end());
        read(c, 0);
        c.close();
        // Who closes second, in order, has no TIME-WAIT; here both have.
        LockSupport.parkNanos(300 * MS);
        assertEquals(1, (int) side.onStack(() -> side.stack.tcp().connections()));
        assertTrue(
                side.inNamespace("ss", "-tan").contains("TIME-WAIT"),
                side.inNamespace("ss", "-tan"));
    }

    @Test
    void theKernelsResetEndsTheConnection() throws Exception {
        KernelSide.Program server = side.program("reset", "5009");
        assertEquals("listening", server.line());
        TcpConnection c = connect(KernelSide.KERNEL, 5009);
        c.write(new byte[1], 0, 1);
        assertEquals("good", server.end());
        await().atMost(PATIENCE).until(() -> c.error() != null);
        assertEquals(NetError.RESET, c.error());
        assertThrows(NetException.class, () -> c.read(new byte[1], 0, 1));
    }

    @Test
    void aPortThatNobodyHasRefusesOnEitherSide() throws Exception {
        TcpConnection c = side.stack.tcp().open();
        side.onStack(
                () -> {
                    c.connect(KernelSide.KERNEL, 5010);
                    return true;
                });
        await().atMost(PATIENCE).until(() -> c.error() != null);
        assertEquals(NetError.REFUSED, c.error());
        assertEquals("refused", side.program("connect", "10.79.0.2", "5011", "1").end());
    }

    @Test
    void aHostThatIsNotThereIsUnreachableWithinSeconds() throws Exception {
        TcpConnection c = side.stack.tcp().open();
        side.onStack(
                () -> {
                    c.connect(IpAddress.parse("10.79.0.99"), 80);
                    return true;
                });
        await().atMost(Duration.ofSeconds(8)).until(() -> c.error() != null);
        assertEquals(NetError.UNREACHABLE, c.error());
    }

    @Test
    void pingsOfAllSizesAreAnswered() {
        for (String size : new String[] {"0", "56", "1472", "5000", "60000"}) {
            for (String to : new String[] {"10.79.0.2", "fd00:79::2"}) {
                String out =
                        side.inNamespace("ping", "-c", "2", "-i", "0.2", "-W", "2", "-s", size, to);
                assertTrue(out.contains(" 0% packet loss"), out);
            }
        }
    }

    @Test
    void datagramsOfAllSizesComeBack() throws Exception {
        KernelSide.Program echo = side.program("udp", "5012");
        assertEquals("listening", echo.line());
        UdpSocket socket = side.onStack(() -> side.stack.udp().open(IpAddress.ANY_V6, 0, 0));
        SplittableRandom random = new SplittableRandom(4);
        for (int bytes : new int[] {1, 1000, 1472, 1473, 9000, 65_507, 0}) {
            for (IpAddress to : new IpAddress[] {KernelSide.KERNEL, KernelSide.KERNEL_V6}) {
                byte[] sent = new byte[bytes];
                random.nextBytes(sent);
                // Fragments do not wait for a neighbour, so the first datagram may be lost.
                ByteBuffer got = ByteBuffer.allocate(65_535);
                await().atMost(PATIENCE)
                        .until(
                                () -> {
                                    socket.send(ByteBuffer.wrap(sent), to, 5012);
                                    LockSupport.parkNanos(20 * MS);
                                    return socket.receive(got.clear()) >= 0;
                                });
                assertEquals(ByteBuffer.wrap(sent), got.flip());
                assertEquals(to, socket.sender());
                while (socket.receive(got.clear()) >= 0) {
                    // What was sent more than once.
                }
                if (bytes == 0) {
                    break;
                }
            }
        }
    }

    private TcpListener listen(int port) throws Exception {
        return side.onStack(() -> side.stack.tcp().listen(IpAddress.ANY_V4, port, 16, 0));
    }

    private static TcpConnection accept(TcpListener listener) {
        await().atMost(PATIENCE).until(() -> listener.ready() != 0);
        TcpConnection c = listener.accept();
        assertNotNull(c);
        return c;
    }

    private TcpConnection connect(IpAddress to, int port) throws Exception {
        TcpConnection c = side.stack.tcp().open();
        side.onStack(
                () -> {
                    c.connect(to, port);
                    return true;
                });
        await().atMost(PATIENCE).until(() -> !c.isConnecting());
        assertEquals(null, c.error());
        return c;
    }

    private static void exchange(TcpConnection c, long bytes) throws Exception {
        Thread writer =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                write(c, bytes);
                            } catch (NetException e) {
                                throw new AssertionError(e);
                            }
                            c.shutdownOutput();
                        });
        read(c, bytes);
        writer.join();
        c.close();
    }

    private static void write(TcpConnection c, long bytes) throws NetException {
        SplittableRandom random = new SplittableRandom(KernelProgram.STACK_SEED);
        byte[] chunk = new byte[30_000];
        for (long at = 0; at < bytes; at += chunk.length) {
            int n = (int) Math.min(chunk.length, bytes - at);
            for (int i = 0; i < n; i++) {
                chunk[i] = (byte) random.nextInt();
            }
            for (int done = 0; done < n; ) {
                int written = c.write(chunk, done, n - done);
                done += written;
                if (written == 0) {
                    LockSupport.parkNanos(50_000);
                }
            }
        }
    }

    private static void read(TcpConnection c, long bytes) throws NetException {
        SplittableRandom random = new SplittableRandom(KernelProgram.KERNEL_SEED);
        byte[] chunk = new byte[30_000];
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long at = 0;
        int n;
        while ((n = c.read(chunk, 0, chunk.length)) >= 0) {
            if (n == 0) {
                assertTrue(System.nanoTime() < deadline, "after " + at + " bytes of " + c);
                LockSupport.parkNanos(50_000);
            }
            for (int i = 0; i < n; i++) {
                if (chunk[i] != (byte) random.nextInt()) {
                    throw new AssertionError("byte " + (at + i) + " is another");
                }
            }
            at += n;
        }
        assertEquals(bytes, at);
    }
}
