package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.link.Impairment;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections begin, pause and end, between two stacks in virtual time. */
class ConnectionLifeTest {
    private static final long MS = TwoStacks.MILLISECOND;
    private static final long SECOND = TwoStacks.SECOND;

    private final TwoStacks two = new TwoStacks(3);

    @AfterEach
    void close() {
        two.close();
    }

    /** A connection's two ends. */
    private record Pair(TcpConnection client, TcpConnection server) {}

    private static Pair connect(TwoStacks two) throws NetException {
        TcpListener listener = two.right.tcp().listen(IpAddress.ANY_V4, 80, 10, 0);
        TcpConnection client = two.left.tcp().open();
        client.connect(TwoStacks.RIGHT, 80);
        two.until("accepted", () -> listener.ready() != 0);
        return new Pair(client, Objects.requireNonNull(listener.accept()));
    }

    private static String read(TcpConnection c) throws NetException {
        byte[] bytes = new byte[100];
        int n = c.read(bytes, 0, bytes.length);
        return n < 0 ? "end" : new String(bytes, 0, n, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void write(TcpConnection c, String text) throws NetException {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(bytes.length, c.write(bytes, 0, bytes.length));
    }

    @Test
    void bothMayConnectToEachOtherAtOnce() throws NetException {
        two.link.impair(Impairment.delaying(10 * MS), Impairment.delaying(10 * MS));
        TcpConnection left = two.left.tcp().open();
        TcpConnection right = two.right.tcp().open();
        left.bind(IpAddress.ANY_V4, 6000);
        right.bind(IpAddress.ANY_V4, 7000);
        left.connect(TwoStacks.RIGHT, 7000);
        right.connect(TwoStacks.LEFT, 6000);
        two.until("connected", () -> left.isConnected() && right.isConnected());
        write(left, "from left");
        write(right, "from right");
        two.pass(SECOND);
        assertEquals("from left", read(right));
        assertEquals("from right", read(left));
    }

    @Test
    void bothMayCloseAtOnce() throws NetException {
        Pair pair = connect(two);
        two.link.impair(Impairment.delaying(10 * MS), Impairment.delaying(10 * MS));
        pair.client().shutdownOutput();
        pair.server().shutdownOutput();
        two.pass(SECOND);
        assertEquals("end", read(pair.client()));
        assertEquals("end", read(pair.server()));
        // Both have closed first, so both wait.
        assertEquals(1, two.left.tcp().connections());
        assertEquals(1, two.right.tcp().connections());
        two.pass(61 * SECOND);
        assertEquals(0, two.left.tcp().connections() + two.right.tcp().connections());
        assertNull(pair.client().error());
    }

    @Test
    void whoHasShutItsOutputStillReads() throws NetException {
        Pair pair = connect(two);
        pair.client().shutdownOutput();
        two.pass(SECOND);
        assertEquals("end", read(pair.server()));
        assertThrows(NetException.class, () -> write(pair.client(), "more"));
        write(pair.server(), "answer");
        pair.server().close();
        two.pass(SECOND);
        assertEquals("answer", read(pair.client()));
        assertEquals("end", read(pair.client()));
    }

    @Test
    void anAbortIsSeenByThePeer() throws NetException {
        Pair pair = connect(two);
        pair.client().abort();
        two.pass(SECOND);
        assertEquals(NetError.RESET, pair.server().error());
        assertEquals(0, two.left.tcp().connections() + two.right.tcp().connections());
    }

    @Test
    void aWindowThatStaysClosedIsProbedForHoursAndNothingIsLost() throws NetException {
        Pair pair = connect(two);
        byte[] much = new byte[400_000];
        int sent = pair.client().write(much, 0, much.length);
        two.pass(SECOND);
        sent += pair.client().write(much, 0, much.length - sent);
        two.pass(7200 * SECOND);
        assertTrue(two.left.counters().get(Counter.TCP_WINDOW_PROBE) > 60);
        assertNull(pair.client().error());
        int got = 0;
        for (int round = 0; round < 100; round++) {
            int n;
            while ((n = pair.server().read(new byte[65_536], 0, 65_536)) > 0) {
                got += n;
            }
            two.pass(SECOND);
        }
        assertEquals(sent, got);
    }

    @Test
    void smallWritesWaitForAnAcknowledgmentUnlessTheApplicationWantsOtherwise()
            throws NetException {
        Pair pair = connect(two);
        two.link.impair(Impairment.delaying(50 * MS), Impairment.delaying(50 * MS));
        long before = two.left.counters().get(Counter.PACKETS_OUT);
        for (int i = 0; i < 10; i++) {
            write(pair.client(), "x");
            two.pass(MS);
        }
        assertEquals(1, two.left.counters().get(Counter.PACKETS_OUT) - before);
        two.pass(SECOND);
        pair.client().setNoDelay(true);
        two.settle();
        before = two.left.counters().get(Counter.PACKETS_OUT);
        for (int i = 0; i < 10; i++) {
            write(pair.client(), "x");
            two.pass(MS);
        }
        assertEquals(10, two.left.counters().get(Counter.PACKETS_OUT) - before);
    }

    @Test
    void aPortInTimeWaitServesANewConnection() throws NetException {
        TcpListener listener = two.right.tcp().listen(IpAddress.ANY_V4, 80, 10, 0);
        for (int round = 0; round < 3; round++) {
            TcpConnection client = two.left.tcp().open();
            client.bind(IpAddress.ANY_V4, 6000);
            client.connect(TwoStacks.RIGHT, 80);
            two.until("accepted", () -> listener.ready() != 0);
            // The server closes first, so the wait is its.
            Objects.requireNonNull(listener.accept()).close();
            two.pass(SECOND);
            assertEquals("end", read(client));
            client.close();
            two.pass(SECOND);
            assertEquals(1, two.right.tcp().connections());
            assertEquals(0, two.left.tcp().connections());
        }
        assertEquals(2, two.right.counters().get(Counter.TCP_TIME_WAIT_REUSED));
    }

    @Test
    void aThousandConnectionsAtOnceAllWork() throws NetException {
        TcpListener listener = two.right.tcp().listen(IpAddress.ANY_V4, 80, 1000, 4096);
        TcpConnection[] clients = new TcpConnection[1000];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = two.left.tcp().open();
            clients[i].setBuffers(4096, 4096);
            clients[i].connect(TwoStacks.RIGHT, 80);
            two.settle();
        }
        two.pass(SECOND);
        for (int i = 0; i < clients.length; i++) {
            assertTrue(clients[i].isConnected());
            write(clients[i], "number " + i);
        }
        two.pass(SECOND);
        for (int i = 0; i < clients.length; i++) {
            assertEquals("number " + i, read(Objects.requireNonNull(listener.accept())));
        }
    }

    @Test
    void ipv6ConfiguresItselfAndFindsItsNeighbours() throws NetException {
        two.left.startV6();
        two.right.startV6();
        two.pass(2 * SECOND);
        assertEquals(2, two.left.ip().addresses().v6().size());
        IpAddress neighbour = two.right.ip().addresses().v6().getLast();
        assertEquals("fe80:0:0:0:cf:ff:fe00:2", neighbour.toString());
        two.right.tcp().listen(IpAddress.ANY_V6, 80, 10, 0);
        TcpConnection client = two.left.tcp().open();
        client.connect(neighbour, 80);
        two.until("connected", client::isConnected);
    }

    @Test
    void sendingReceivingAndAcknowledgingAllocateNothing() throws NetException {
        try (TwoStacks fast = new TwoStacks(4, LinkFeatures.NONE, StackSettings.DEFAULT)) {
            Pair pair = connect(fast);
            byte[] chunk = new byte[50_000];
            exchange(fast, pair, chunk, 3000);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            exchange(fast, pair, chunk, 3000);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            long packets = fast.left.counters().get(Counter.PACKETS_OUT) / 2;
            assertTrue(packets > 30_000, "packets: " + packets);
            assertTrue(allocated < packets, allocated + " bytes for " + packets + " packets");
        }
    }

    private static void exchange(TwoStacks two, Pair pair, byte[] chunk, int rounds)
            throws NetException {
        for (int i = 0; i < rounds; i++) {
            pair.client().write(chunk, 0, chunk.length);
            pair.server().write(chunk, 0, 5000);
            two.settle();
            while (pair.server().read(chunk, 0, chunk.length) > 0) {
                // Only that it is taken.
            }
            while (pair.client().read(chunk, 0, chunk.length) > 0) {
                // The same.
            }
            two.settle();
        }
    }

    @Test
    void readinessSaysWhatCanBeDone() throws NetException {
        Pair pair = connect(two);
        assertEquals(Endpoint.WRITABLE | Endpoint.CONNECTABLE, pair.client().ready());
        int[] told = {0};
        pair.server().listen((endpoint, what) -> told[0] |= what);
        write(pair.client(), "x");
        two.pass(SECOND);
        assertTrue((told[0] & Endpoint.READABLE) != 0);
        assertTrue((pair.server().ready() & Endpoint.READABLE) != 0);
        while (pair.client().write(new byte[4096], 0, 4096) > 0) {
            two.settle();
        }
        assertEquals(0, pair.client().ready() & Endpoint.WRITABLE);
    }
}
