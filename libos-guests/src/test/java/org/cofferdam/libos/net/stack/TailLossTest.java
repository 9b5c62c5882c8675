package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.link.Impairment;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.tcp.TcpSettings;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Tcp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses that no three acknowledgments tell of: a burst's end, and what was sent again (RFC 8985). */
class TailLossTest {
    private static final long MS = TwoStacks.MILLISECOND;
    private static final int SEGMENT = 1448;

    /** Less than the least retransmission timeout. */
    private static final long SOON = 150 * MS;

    /** A largest segment of 1460 bytes, and SACK permitted (RFC 2018, section 2). */
    private static final byte[] MSS_AND_SACK = {2, 4, 5, (byte) 0xb4, 1, 1, 4, 2};

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void aLostEndOfABurstIsFoundWithoutTheTimer(int lost) throws NetException {
        try (TwoStacks two = new TwoStacks(21)) {
            Impairment far = Impairment.delaying(10 * MS);
            two.link.impair(far, far);
            TcpListener listener = two.right.tcp().listen(IpAddress.ANY_V4, 80, 10, 0);
            TcpConnection client = two.left.tcp().open();
            client.connect(TwoStacks.RIGHT, 80);
            two.until("accepted", () -> listener.ready() != 0);
            TcpConnection server = Objects.requireNonNull(listener.accept());
            // So the way is known.
            carry(two, client, server, 100 * SEGMENT);
            two.pass(1000 * MS);

            assertEquals(4 * SEGMENT, client.write(ByteBuffer.allocate(4 * SEGMENT)));
            two.settle();
            two.link.impair(far, Impairment.losing(1));
            assertEquals(lost * SEGMENT, client.write(ByteBuffer.allocate(lost * SEGMENT)));
            two.settle();
            two.link.impair(far, far);
            long began = two.now();
            receive(two, server, (4 + lost) * SEGMENT);
            assertTrue(two.now() - began < SOON, (two.now() - began) / MS + " ms");
            assertEquals(0, two.left.counters().get(Counter.TCP_TIMEOUT));
            assertEquals(1, two.left.counters().get(Counter.TCP_TAIL_PROBE));
        }
    }

    private static void carry(TwoStacks two, TcpConnection from, TcpConnection to, int bytes)
            throws NetException {
        assertEquals(bytes, from.write(ByteBuffer.allocate(bytes)));
        receive(two, to, bytes);
    }

    private static void receive(TwoStacks two, TcpConnection connection, int bytes) {
        ByteBuffer got = ByteBuffer.allocate(bytes);
        two.until(
                bytes + " bytes",
                () -> {
                    readInto(connection, got);
                    return !got.hasRemaining();
                });
    }

    private static void readInto(TcpConnection connection, ByteBuffer target) {
        try {
            assertTrue(connection.read(target) >= 0);
        } catch (NetException e) {
            throw new AssertionError(e);
        }
    }

    /** With nothing lost, a probe is sent only if acknowledgments take longer than two round trips. */
    @Test
    void whereNothingIsLostNobodyProbes() throws NetException {
        try (TwoStacks two = new TwoStacks(22)) {
            Impairment far = Impairment.delaying(10 * MS);
            two.link.impair(far, far);
            TcpListener listener = two.right.tcp().listen(IpAddress.ANY_V4, 80, 10, 0);
            TcpConnection client = two.left.tcp().open();
            client.connect(TwoStacks.RIGHT, 80);
            two.until("accepted", () -> listener.ready() != 0);
            var stream =
                    new CheckedStream(
                            client, Objects.requireNonNull(listener.accept()), 1_000_000, 1);
            two.until("all", stream::work);
            two.pass(1000 * MS);
            assertEquals(0, two.left.counters().get(Counter.TCP_TAIL_PROBE));
            assertEquals(0, two.left.counters().get(Counter.TCP_RETRANSMITTED));
        }
    }

    /** The peer is a hand: it says by SACK what it has, and that the first segment is still missing. */
    @Test
    void aLostRetransmissionIsSentOnceMoreWithoutTheTimer() throws NetException {
        Stranger peer = new Stranger(StackSettings.DEFAULT.withTcp(TcpSettings.DEFAULT));
        TcpListener listener = peer.stack.tcp().listen(IpAddress.ANY_V4, 80, 10, 0);
        int ack = peer.connect(MSS_AND_SACK);
        TcpConnection c = Objects.requireNonNull(listener.accept());
        // A segment whose acknowledgment tells how long the way is.
        assertEquals(1460, c.write(ByteBuffer.allocate(1460)));
        peer.settle();
        peer.now += 10 * MS;
        peer.send(Stranger.ISN + 1, ack + 1460, Tcp.ACK);
        peer.settle();
        int first = ack + 1460;

        assertEquals(40 * 1460, c.write(ByteBuffer.allocate(40 * 1460)));
        List<Integer> sent = new ArrayList<>(sequences(peer.settle()));
        assertTrue(sent.size() >= 6, sent.toString());
        assertEquals(first, sent.getFirst());
        // All but the first arrive; it is sent again, and lost again.
        int have = sent.getLast() + 1460;
        peer.now += 10 * MS;
        peer.sendWithSack(first, first + 1460, have);
        List<Integer> again = sequences(peer.settle());
        assertTrue(again.contains(first), again.toString());
        // A round trip later what was sent after it has arrived.
        int newest = again.stream().mapToInt(Integer::intValue).max().orElseThrow() + 1460;
        assertTrue(newest - have > 0, again.toString());
        peer.now += 20 * MS;
        peer.sendWithSack(first, first + 1460, newest);
        List<Integer> third = sequences(peer.settle());
        assertTrue(third.contains(first), third.toString());
        assertEquals(1, peer.stack.counters().get(Counter.TCP_RETRANSMISSION_LOST));
        assertEquals(0, peer.stack.counters().get(Counter.TCP_TIMEOUT));
    }

    private static List<Integer> sequences(List<MemorySegment> frames) {
        return frames.stream()
                .filter(f -> Stranger.payloadBytes(f) > 0)
                .map(Stranger::sequence)
                .toList();
    }
}
