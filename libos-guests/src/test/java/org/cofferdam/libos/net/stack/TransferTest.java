package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import java.util.stream.Stream;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.link.Impairment;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two stacks of ours over links good and bad, in virtual time: every byte arrives, in order, once. */
class TransferTest {
    private static final long MS = TwoStacks.MILLISECOND;

    static Stream<Arguments> badLinks() {
        return Stream.of(
                Arguments.of("good", Impairment.NONE),
                Arguments.of("1 % lost", Impairment.losing(0.01)),
                Arguments.of("5 % lost", Impairment.losing(0.05)),
                Arguments.of("20 % lost", Impairment.losing(0.2)),
                Arguments.of("50 ms", Impairment.delaying(50 * MS)),
                Arguments.of("50 ms and 1 % lost", new Impairment(0.01, 0, 0, 0, 50 * MS, 0)),
                Arguments.of("a tenth late", new Impairment(0, 0, 0.1, 0, 5 * MS, 3 * MS)),
                Arguments.of("a tenth twice", new Impairment(0, 0.1, 0, 0, MS, 0)),
                Arguments.of("damaged bits", new Impairment(0, 0, 0, 0.02, MS, 0)),
                Arguments.of(
                        "all of it", new Impairment(0.03, 0.03, 0.05, 0.01, 20 * MS, 15 * MS)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badLinks")
    void everyByteArrivesOnceAndInOrderBothWays(String name, Impairment bad) throws NetException {
        try (TwoStacks two = new TwoStacks(7)) {
            two.link.impair(bad, bad);
            exchange(two, TwoStacks.RIGHT, 1_000_000);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badLinks")
    void theSameOverIpv6(String name, Impairment bad) throws NetException {
        try (TwoStacks two = new TwoStacks(8)) {
            two.link.impair(bad, bad);
            exchange(two, TwoStacks.RIGHT_V6, 300_000);
        }
    }

    @Test
    void segmentsThatTheLinkCutsArriveAsWell() throws NetException {
        try (TwoStacks two = new TwoStacks(9, LinkFeatures.ALL, StackSettings.DEFAULT)) {
            exchange(two, TwoStacks.RIGHT, 20_000_000);
            assertTrue(
                    two.left.counters().get(Counter.PACKETS_OUT) < 20_000_000 / 1448,
                    two.left.counters().toString());
        }
    }

    @Test
    void aStackTalksToItself() throws NetException {
        try (TwoStacks two = new TwoStacks(10)) {
            TcpListener listener = two.left.tcp().listen(IpAddress.ANY_V4, 80, 10, 0);
            TcpConnection client = two.left.tcp().open();
            client.connect(IpAddress.parse("127.0.0.1"), 80);
            two.until("accepted", () -> listener.ready() != 0);
            transfer(two, client, Objects.requireNonNull(listener.accept()), 3_000_000);
            assertEquals(0, two.left.counters().get(Counter.TCP_RETRANSMITTED));
        }
    }

    @Test
    void onAGoodLinkNothingIsSentTwice() throws NetException {
        try (TwoStacks two = new TwoStacks(11)) {
            exchange(two, TwoStacks.RIGHT, 5_000_000);
            assertEquals(0, two.left.counters().get(Counter.TCP_RETRANSMITTED));
            assertEquals(0, two.right.counters().get(Counter.TCP_RETRANSMITTED));
        }
    }

    @Test
    void lossesAreFoundByAcknowledgmentsAndRarelyByTheTimer() throws NetException {
        try (TwoStacks two = new TwoStacks(12)) {
            Impairment bad = new Impairment(0.01, 0, 0, 0, 5 * MS, 0);
            two.link.impair(bad, bad);
            exchange(two, TwoStacks.RIGHT, 10_000_000);
            long fast = two.left.counters().get(Counter.TCP_FAST_RECOVERY);
            long timeouts = two.left.counters().get(Counter.TCP_TIMEOUT);
            assertTrue(fast > 20 && timeouts < fast / 2, two.left.counters().toString());
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() throws NetException {
        assertEquals(runOf(5), runOf(5));
    }

    private static String runOf(long seed) throws NetException {
        try (TwoStacks two = new TwoStacks(seed)) {
            Impairment bad = new Impairment(0.03, 0.03, 0.05, 0.01, 20 * MS, 15 * MS);
            two.link.impair(bad, bad);
            exchange(two, TwoStacks.RIGHT, 200_000);
            return two.now() + "\n" + two.left.counters() + two.right.counters();
        }
    }

    private static void exchange(TwoStacks two, IpAddress to, long bytes) throws NetException {
        TcpListener listener = two.right.tcp().listen(IpAddress.ANY_V4, 80, 10, 0);
        TcpConnection client = two.left.tcp().open();
        client.connect(to, 80);
        two.until("accepted", () -> listener.ready() != 0);
        transfer(two, client, Objects.requireNonNull(listener.accept()), bytes);
    }

    private static void transfer(
            TwoStacks two, TcpConnection client, TcpConnection server, long bytes) {
        var there = new CheckedStream(client, server, bytes, 1);
        var back = new CheckedStream(server, client, bytes, 2);
        two.until(
                "all bytes both ways",
                () -> {
                    boolean thereDone = there.work();
                    return back.work() && thereDone;
                });
        client.close();
        server.close();
        two.until(
                "no connection left",
                () -> two.left.tcp().connections() + two.right.tcp().connections() == 0);
    }
}
