package org.cofferdam.libos.net.stack;

import static org.cofferdam.libos.net.stack.Stranger.ISN;
import static org.cofferdam.libos.net.stack.Stranger.OWN_IP;
import static org.cofferdam.libos.net.stack.Stranger.acknowledgment;
import static org.cofferdam.libos.net.stack.Stranger.flags;
import static org.cofferdam.libos.net.stack.Stranger.payloadBytes;
import static org.cofferdam.libos.net.stack.Stranger.sequence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.tcp.TcpSettings;
import org.cofferdam.libos.net.wire.Icmp;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Tcp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a peer that does not play by the rules can do to connections: nothing. */
class HostilePeerTest {
    private static final long SECOND = 1_000_000_000L;

    private final Stranger peer =
            new Stranger(StackSettings.DEFAULT.withTcp(TcpSettings.DEFAULT.withMostHalfOpen(64)));
    private TcpListener listener;

    @BeforeEach
    void listen() throws NetException {
        listener = peer.stack.tcp().listen(IpAddress.ANY_V4, 80, 100, 0);
    }

    private TcpConnection accepted() {
        return Objects.requireNonNull(listener.accept());
    }

    @Test
    void aResetOutsideTheWindowHasNoEffect() {
        int ack = peer.connect();
        TcpConnection c = accepted();
        peer.send(ISN, ack, Tcp.RST);
        peer.send(ISN + 1 + 300_000, ack, Tcp.RST);
        assertEquals(List.of(), peer.settle());
        assertNull(c.error());
    }

    @Test
    void aResetInsideTheWindowIsChallengedAndTheExactOneBelieved() {
        int ack = peer.connect();
        TcpConnection c = accepted();
        peer.send(ISN + 2, ack, Tcp.RST);
        List<MemorySegment> answers = peer.settle();
        assertEquals(1, answers.size());
        assertEquals(Tcp.ACK, flags(answers.getFirst()));
        assertEquals(ISN + 1, acknowledgment(answers.getFirst()));
        assertNull(c.error());
        peer.send(ISN + 1, ack, Tcp.RST);
        peer.settle();
        assertEquals(NetError.RESET, c.error());
    }

    @Test
    void aSynInAConnectionIsChallengedAndChallengesAreLimited() {
        int ack = peer.connect();
        for (int i = 0; i < 100; i++) {
            peer.send(ISN + 1 + i, ack, Tcp.SYN);
        }
        assertEquals(1, peer.settle().size());
        assertNull(accepted().error());
        assertTrue(peer.stack.counters().get(Counter.TCP_CHALLENGE_LIMITED) >= 98);
    }

    @Test
    void anAcknowledgmentOfWhatWasNeverSentIsDroppedWithItsBytes() throws NetException {
        int ack = peer.connect();
        TcpConnection c = accepted();
        peer.send(ISN + 1, ack + 1, Tcp.ACK, (byte) 7);
        peer.send(ISN + 1, ack - 70_000, Tcp.ACK, (byte) 8);
        peer.settle();
        assertEquals(0, c.read(new byte[10], 0, 10));
        assertEquals(2, peer.stack.counters().get(Counter.DROP_TCP_ACK));
    }

    @Test
    void aFloodOfSynsKeepsNothingAndAnHonestClientConnects() throws NetException {
        for (int i = 0; i < 20_000; i++) {
            peer.link.put(Stranger.tcp(0x0a09_0003 + i % 200, 1024 + i / 200, 80, i, 0, Tcp.SYN));
            peer.settle();
        }
        assertEquals(64, peer.stack.tcp().connections());
        assertTrue(peer.stack.counters().get(Counter.TCP_COOKIE_SENT) > 19_000);
        int ack = peer.connect();
        TcpConnection c = accepted();
        peer.send(ISN + 1, ack, Tcp.ACK | Tcp.PSH, (byte) 'x');
        peer.settle();
        byte[] got = new byte[10];
        assertEquals(1, c.read(got, 0, 10));
        assertEquals('x', got[0]);
        assertEquals(1, peer.stack.counters().get(Counter.TCP_COOKIE_ACCEPTED));
        // What never completes goes away by itself.
        peer.pass(200 * SECOND);
        assertEquals(1, peer.stack.tcp().connections());
    }

    @Test
    void aGuessedCookieIsAnsweredWithAReset() {
        peer.becomeKnown();
        for (int i = 0; i < 100; i++) {
            peer.link.put(Stranger.tcp(0x0a09_0003, 1024 + i, 80, i, 0, Tcp.SYN));
        }
        peer.settle();
        for (int guess = 0; guess < 100; guess++) {
            peer.send(ISN + 1, guess * 0x0101_0101, Tcp.ACK);
        }
        assertEquals(100, peer.settle().stream().filter(f -> flags(f) == Tcp.RST).count());
        assertNull(listener.accept());
    }

    @Test
    void aBacklogThatNobodyAcceptsIsBounded() {
        for (int i = 0; i < 500; i++) {
            peer.link.put(Stranger.tcp(OWN_IP, 5000 + i, 80, ISN, 0, Tcp.SYN));
            List<MemorySegment> answer = peer.settle();
            if (!answer.isEmpty()) {
                int ack = sequence(answer.getLast()) + 1;
                peer.link.put(Stranger.tcp(OWN_IP, 5000 + i, 80, ISN + 1, ack, Tcp.ACK));
                peer.settle();
            }
        }
        int waiting = 0;
        while (listener.accept() != null) {
            waiting++;
        }
        assertEquals(100, waiting);
        assertTrue(peer.stack.counters().get(Counter.DROP_TCP_BACKLOG) > 0);
    }

    @Test
    void moreGapsThanAreKeptCostOnlyTheirSender() throws NetException {
        int ack = peer.connect();
        TcpConnection c = accepted();
        for (int i = 1; i <= 1000; i++) {
            peer.send(ISN + 1 + 2 * i, ack, Tcp.ACK, (byte) i);
        }
        peer.settle();
        assertTrue(peer.stack.counters().get(Counter.DROP_TCP_REORDER) > 900);
        peer.send(ISN + 1, ack, Tcp.ACK, new byte[3000]);
        peer.settle();
        int got = 0;
        int n;
        while ((n = c.read(new byte[4096], 0, 4096)) > 0) {
            got += n;
        }
        assertEquals(3000, got);
    }

    @Test
    void overlappingSegmentsGiveEachByteOnce() throws NetException {
        int ack = peer.connect();
        TcpConnection c = accepted();
        peer.send(ISN + 4, ack, Tcp.ACK, new byte[] {4, 5, 6});
        peer.send(ISN + 3, ack, Tcp.ACK, new byte[] {3, 4, 5, 6, 7});
        peer.send(ISN + 1, ack, Tcp.ACK, new byte[] {1, 2, 3, 4});
        peer.settle();
        byte[] got = new byte[10];
        assertEquals(7, c.read(got, 0, 10));
        for (int i = 0; i < 7; i++) {
            assertEquals(i + 1, got[i]);
        }
    }

    @Test
    void aRoutersWordOnThePathIsBelievedOnlyAboutWhatIsUnderWay() throws NetException {
        peer.connect();
        TcpConnection c = accepted();
        c.write(new byte[536 * 4], 0, 536 * 4);
        MemorySegment sent = peer.settle().getFirst();
        peer.link.put(
                Stranger.icmpError(
                        Icmp.CODE_FRAGMENTATION_NEEDED, 600, sent, sequence(sent) + 100_000));
        peer.settle();
        assertEquals(1, peer.stack.counters().get(Counter.DROP_ICMP));
        // 552 is the least that is believed; the segment shrinks to what fits.
        peer.link.put(
                Stranger.icmpError(Icmp.CODE_FRAGMENTATION_NEEDED, 100, sent, sequence(sent)));
        List<MemorySegment> again = peer.settle();
        assertEquals(512, payloadBytes(again.getFirst()));
        assertEquals(sequence(sent), sequence(again.getFirst()));
    }

    @Test
    void aPeerThatVanishesIsGivenUp() throws NetException {
        peer.connect();
        TcpConnection c = accepted();
        c.write(new byte[100], 0, 100);
        peer.pass(3600 * SECOND);
        assertEquals(NetError.TIMED_OUT, c.error());
        assertEquals(0, peer.stack.tcp().connections());
    }

    @Test
    void aSilentPeerIsAskedAndThenGivenUp() {
        peer.connect();
        TcpConnection c = accepted();
        c.setKeepAlive(true);
        c.setKeepAliveTimes(10 * SECOND, SECOND, 3);
        List<MemorySegment> probes = peer.pass(9 * SECOND);
        assertEquals(List.of(), probes);
        assertEquals(3, peer.pass(10 * SECOND).stream().filter(f -> flags(f) == Tcp.ACK).count());
        assertEquals(NetError.TIMED_OUT, c.error());
    }

    @Test
    void bytesAfterTheApplicationHasClosedAreAnsweredWithAReset() {
        int ack = peer.connect();
        accepted().close();
        peer.settle();
        peer.send(ISN + 1, ack + 1, Tcp.ACK, (byte) 1);
        MemorySegment answer = peer.settle().getFirst();
        assertTrue((flags(answer) & Tcp.RST) != 0);
        assertEquals(0, peer.stack.tcp().connections());
    }

    @Test
    void closingWithBytesUnreadResets() {
        int ack = peer.connect();
        TcpConnection c = accepted();
        peer.send(ISN + 1, ack, Tcp.ACK, (byte) 1);
        peer.settle();
        c.close();
        assertTrue((flags(peer.settle().getFirst()) & Tcp.RST) != 0);
    }

    @Test
    void aSegmentForNoConnectionIsAnsweredWithinALimit() {
        peer.becomeKnown();
        for (int i = 0; i < 5000; i++) {
            peer.link.put(Stranger.tcp(OWN_IP, 2000 + i, 81, i, 0, Tcp.SYN));
        }
        long resets = peer.settle().stream().filter(f -> (flags(f) & Tcp.RST) != 0).count();
        assertTrue(resets >= 200 && resets < 300, "resets: " + resets);
    }

    @Test
    void withoutSackThreeDuplicatesHaveTheFirstSegmentSentAgain() throws NetException {
        int ack = peer.connect();
        TcpConnection c = accepted();
        c.write(new byte[5360], 0, 5360);
        assertEquals(10, peer.settle().size());
        for (int i = 0; i < 2; i++) {
            peer.send(ISN + 1, ack, Tcp.ACK);
        }
        assertEquals(List.of(), peer.settle());
        peer.send(ISN + 1, ack, Tcp.ACK);
        List<MemorySegment> again = peer.settle();
        assertEquals(1, again.size());
        assertEquals(ack, sequence(again.getFirst()));
        assertEquals(536, payloadBytes(again.getFirst()));
        // A part of it arrives: what is missing next is sent at once (RFC 6582).
        peer.send(ISN + 1, ack + 3 * 536, Tcp.ACK);
        assertEquals(ack + 3 * 536, sequence(peer.settle().getFirst()));
        peer.send(ISN + 1, ack + 5360, Tcp.ACK);
        peer.settle();
        assertEquals(0, peer.stack.counters().get(Counter.TCP_TIMEOUT));
    }
}
