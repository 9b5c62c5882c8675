package org.cofferdam.libos.net.tcp;

import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.StreamRing;
import org.cofferdam.libos.net.wire.Tcp;

/**
 * What a segment means to its connection: RFC 9293, section 3.10.7.4, in its order, with the checks of RFC 7323 (PAWS) and
 * RFC 5961 (resets, SYNs, acknowledgments). The handshake's segments go to {@link TcpHandshake} first.
 *
 * <p>The stack's thread, allocation-free.
 */
final class TcpInput {
    /** RFC 7323, section 5.5: a time stamp that was not renewed for 24 days says nothing. */
    private static final long PAWS_NANOS = 24L * 86_400 * 1_000_000_000L;

    private static final long CHALLENGE_NANOS = 500_000_000L;

    private final TcpLayer layer;
    private final TcpHandshake handshake;
    private final TcpOutput output;
    private final Counters counters;

    TcpInput(TcpLayer layer, TcpHandshake handshake, TcpOutput output, Counters counters) {
        this.layer = layer;
        this.handshake = handshake;
        this.output = output;
        this.counters = counters;
    }

    /** Takes a segment whose checksum is right. */
    void segment(Tcb t, Segment s, long now) {
        if (t.state == TcpState.SYN_SENT) {
            handshake.synSent(t, s, now);
            return;
        }
        if (t.state == TcpState.TIME_WAIT && handshake.reusesTimeWait(t, s, now)) {
            return;
        }
        if (t.state == TcpState.SYN_RECEIVED && handshake.isRepeatedSyn(t, s, now)) {
            return;
        }
        if (!passesTimestamps(t, s, now)) {
            return;
        }
        // First: is any of it in the window?
        if (!isAcceptable(t, s)) {
            counters.add(Counter.DROP_TCP_WINDOW);
            if (!s.has(Tcp.RST)) {
                answerUnacceptable(t, s, now);
            }
            return;
        }
        // Second: a reset. Only the exact number ends the connection (RFC 5961, section 3.2).
        if (s.has(Tcp.RST)) {
            if (s.sequence == t.rcvNxt) {
                counters.add(Counter.TCP_RESET_RECEIVED);
                boolean refused = t.state == TcpState.SYN_RECEIVED && t.listener == null;
                layer.closed(t, refused ? NetError.REFUSED : NetError.RESET);
            } else {
                challenge(t, now);
            }
            return;
        }
        // Fourth: a SYN in a connection is never believed (RFC 5961, section 4.2).
        if (s.has(Tcp.SYN)) {
            challenge(t, now);
            return;
        }
        // Fifth: everything from now on acknowledges.
        if (!s.has(Tcp.ACK)) {
            return;
        }
        if (t.state == TcpState.SYN_RECEIVED && !handshake.completes(t, s, now)) {
            return;
        }
        if (!takeAcknowledgment(t, s, now)) {
            return;
        }
        heard(t, s, now);
        if (t.state == TcpState.CLOSED) {
            return;
        }
        // Seventh and eighth: the bytes and the FIN.
        takeBytes(t, s, now);
        layer.touch(t);
    }

    /** RFC 7323, section 5.3, and section 3.2: after a handshake with time stamps every segment has one. */
    private boolean passesTimestamps(Tcb t, Segment s, long now) {
        if (!t.timestampsOn || s.has(Tcp.RST)) {
            return true;
        }
        if (!s.options.hasTimestamps) {
            counters.add(Counter.DROP_TCP_PAWS);
            return false;
        }
        if (Seq.before(s.options.timestamp, t.tsRecent) && now - t.tsRecentAt < PAWS_NANOS) {
            counters.add(Counter.DROP_TCP_PAWS);
            answerUnacceptable(t, s, now);
            return false;
        }
        return true;
    }

    /** RFC 9293, section 3.10.7.4, the table of four cases. */
    private static boolean isAcceptable(Tcb t, Segment s) {
        int window = Math.max(t.rcvAdv - t.rcvNxt, 0);
        int length = s.sequenceLength();
        int last = s.sequence + length - 1;
        if (window == 0) {
            // Also with bytes, so that its acknowledgment counts; the bytes are cut off below.
            return s.sequence == t.rcvNxt;
        }
        boolean startsInside = isInside(t, s.sequence, window);
        return length == 0 ? startsInside : startsInside || isInside(t, last, window);
    }

    private static boolean isInside(Tcb t, int sequence, int window) {
        int at = sequence - t.rcvNxt;
        return at >= 0 && at < window;
    }

    /** An acknowledgment for what is outside the window; limited for empty segments, lest two stations answer forever. */
    private void answerUnacceptable(Tcb t, Segment s, long now) {
        if (s.length > 0 || s.has(Tcp.FIN)) {
            if (t.state == TcpState.TIME_WAIT) {
                t.endAt = now + layer.settings.timeWait();
            }
            output.acknowledge(t, now);
            t.arm();
        } else {
            challenge(t, now);
        }
    }

    /**
     * A challenge ACK (RFC 5961). The limit is each connection's own: one for all would tell a stranger, by how often he
     * is answered, about connections that are not his.
     */
    private void challenge(Tcb t, long now) {
        if (t.challenged && now - t.challengedAt < CHALLENGE_NANOS) {
            counters.add(Counter.TCP_CHALLENGE_LIMITED);
            return;
        }
        t.challenged = true;
        t.challengedAt = now;
        counters.add(Counter.TCP_CHALLENGE_ACK);
        output.acknowledge(t, now);
    }

    /** The peer lives; its newest time stamp is kept (RFC 7323, section 4.3, rule 2). */
    private static void heard(Tcb t, Segment s, long now) {
        t.heardAt = now;
        t.keepAliveProbes = 0;
        if (t.timestampsOn
                && s.options.hasTimestamps
                && Seq.atOrAfter(s.options.timestamp, t.tsRecent)
                && Seq.atOrBefore(s.sequence, t.lastAckSent)) {
            t.tsRecent = s.options.timestamp;
            t.tsRecentAt = now;
        }
    }

    /** False if the segment is to be dropped. */
    private boolean takeAcknowledgment(Tcb t, Segment s, long now) {
        int ack = s.acknowledgment;
        // RFC 5961, section 5.2: neither what was never sent nor what is older than a window.
        if (Seq.after(ack, t.sndMax) || Seq.before(ack, t.sndUna - t.maxSndWnd)) {
            counters.add(Counter.DROP_TCP_ACK);
            challenge(t, now);
            return false;
        }
        boolean news = t.sackOn && t.recovery.take(s.options, t.sndUna, t.sndMax);
        int windowBefore = t.sndWnd;
        takeWindow(t, s);
        boolean advances = Seq.after(ack, t.sndUna);
        if (advances) {
            acknowledged(t, s, ack, now);
        } else if (ack == t.sndUna && t.sndMax != t.sndUna) {
            // A duplicate (RFC 5681, section 2), or one whose SACK blocks tell something new.
            boolean duplicate = s.length == 0 && !s.has(Tcp.FIN) && t.sndWnd == windowBefore;
            if (news || (duplicate && !t.sackOn)) {
                duplicateAcknowledgment(t, now);
            }
        }
        if (TailProbe.answered(t, t.sackOn && s.options.tellsTwice(ack), now)
                && !t.recovery.isActive()) {
            enterRecovery(t, now);
        }
        if (news || advances) {
            TailProbe.schedule(t, now);
        }
        if (t.recovery.retransmissionWasLost(t.sndUna, now, t.roundTrip.smoothed())) {
            counters.add(Counter.TCP_RETRANSMISSION_LOST);
        }
        if (t.persistAt != Tcb.OFF) {
            // The peer answers, so it is not given up (RFC 9293, section 3.8.6.1).
            t.tries = 0;
        }
        return true;
    }

    /** RFC 9293, section 3.10.7.4: not by a segment older than the last one that set it. */
    private static void takeWindow(Tcb t, Segment s) {
        if (Seq.before(t.sndWl1, s.sequence)
                || (t.sndWl1 == s.sequence && Seq.atOrBefore(t.sndWl2, s.acknowledgment))) {
            t.sndWnd = s.window << t.sndScale;
            t.sndWl1 = s.sequence;
            t.sndWl2 = s.acknowledgment;
            t.maxSndWnd = Math.max(t.maxSndWnd, t.sndWnd);
        }
    }

    private void duplicateAcknowledgment(Tcb t, long now) {
        LossRecovery recovery = t.recovery;
        recovery.duplicate();
        if (!recovery.isActive()
                && !recovery.isAfterTimeout()
                && recovery.firstIsLost(t.sndUna, t.mss)) {
            enterRecovery(t, now);
        }
    }

    private void enterRecovery(Tcb t, long now) {
        counters.add(Counter.TCP_FAST_RECOVERY);
        TailProbe.forget(t);
        t.congestion.lost(t.sndMax - t.sndUna, now);
        t.recovery.enter(t.sndUna, t.sndMax);
        t.timing = false;
        t.retransmitAt = now + t.roundTrip.timeout();
    }

    private void acknowledged(Tcb t, Segment s, int ack, long now) {
        int flight = t.flight();
        int acked = ack - t.sndUna;
        boolean finAcked = t.finSent() && ack == t.sndMax && ack == t.dataEnd() + 1;
        releaseBytes(t, ack, finAcked);
        t.sndUna = ack;
        t.sndNxt = Seq.max(t.sndNxt, ack);
        t.tries = 0;
        measure(t, s, ack, now);
        t.roundTrip.forgetBackOff();
        boolean wasActive = t.recovery.isActive();
        if (t.recovery.acknowledged(ack, acked, t.mss)) {
            t.congestion.recovered();
        } else if (!wasActive) {
            t.congestion.acknowledged(acked, flight, now, t.roundTrip.smoothed());
            if (t.sackOn
                    && !t.recovery.isAfterTimeout()
                    && t.sndMax != ack
                    && t.recovery.firstIsLost(ack, t.mss)) {
                enterRecovery(t, now);
            }
        }
        // RFC 6298, sections 5.2 and 5.3.
        t.retransmitAt = ack == t.sndMax ? Tcb.OFF : now + t.roundTrip.timeout();
        if (t.sndWnd > 0) {
            t.persistAt = Tcb.OFF;
        }
        if (finAcked) {
            finAcknowledged(t, now);
        }
    }

    private static void releaseBytes(Tcb t, int ack, boolean finAcked) {
        StreamRing ring = t.send;
        int bytes = ack - t.seqAtHead - (finAcked ? 1 : 0);
        if (ring != null && bytes > 0) {
            ring.consume(bytes);
            t.seqAtHead += bytes;
            t.connection.sendRingDrained();
        }
    }

    /** One round trip at a time; of a segment sent twice only by its time stamp (RFC 6298, section 3). */
    private static void measure(Tcb t, Segment s, int ack, long now) {
        if (t.timing) {
            if (Seq.atOrAfter(ack, t.timedSeq)) {
                t.timing = false;
                t.roundTrip.measured(now - t.timedAt);
            }
        } else if (t.timestampsOn && s.options.hasTimestamps && s.options.timestampEcho != 0) {
            int millis = t.timestamp(now) - s.options.timestampEcho;
            // An echo of what was never sent says nothing.
            if (millis >= 0 && millis < 60_000) {
                t.roundTrip.measured(millis * 1_000_000L);
            }
        }
    }

    private void finAcknowledged(Tcb t, long now) {
        switch (t.state) {
            case FIN_WAIT_1 -> {
                t.become(TcpState.FIN_WAIT_2);
                if (t.orphan) {
                    t.endAt = now + layer.settings.finWait();
                }
            }
            case CLOSING -> layer.enterTimeWait(t, now);
            case LAST_ACK -> layer.closed(t, null);
            default -> {
                // The FIN is sent in no other state.
            }
        }
    }

    private void takeBytes(Tcb t, Segment s, long now) {
        if (s.length == 0 && !s.has(Tcp.FIN)) {
            return;
        }
        StreamRing ring = t.receive;
        if (!t.state.receivesData() || ring == null) {
            // It has said its FIN before; what comes again is only acknowledged.
            t.ackNow = true;
            if (t.state == TcpState.TIME_WAIT) {
                t.endAt = now + layer.settings.timeWait();
            }
            return;
        }
        s.trimBefore(t.rcvNxt);
        if (t.orphan && s.length > 0) {
            // Nobody will read it, and the peer is to know (RFC 9293, section 3.6.1).
            output.reset(t, now);
            layer.closed(t, NetError.CLOSED);
            return;
        }
        int whole = s.length;
        s.trimFrom(t.rcvNxt + ring.free());
        if (s.length < whole || Seq.before(s.sequence, t.rcvNxt)) {
            t.ackNow = true;
        }
        if (s.has(Tcp.FIN)) {
            t.finSeen = true;
            t.finAt = s.sequence + s.length;
        }
        if (s.sequence == t.rcvNxt) {
            takeInOrder(t, s, ring, now);
        } else if (s.length > 0 && Seq.after(s.sequence, t.rcvNxt)) {
            takeOutOfOrder(t, s, ring, now);
        }
        if (t.finSeen && t.finAt == t.rcvNxt) {
            takeFin(t, now);
        }
    }

    private void takeInOrder(Tcb t, Segment s, StreamRing ring, long now) {
        if (s.length == 0) {
            return;
        }
        ring.copyIn(ring.tail(), s.memory, s.payload, s.length);
        int taken = s.length;
        if (!t.reorder.isEmpty()) {
            taken = t.reorder.firstOutside(t.rcvNxt + taken) - t.rcvNxt;
            t.reorder.removeBefore(t.rcvNxt + taken);
            // Part of a gap was filled, or all of it (RFC 5681, section 4.2).
            t.ackNow = true;
        }
        t.rcvNxt += taken;
        t.connection.received(ring, taken);
        boolean twoSegments = t.rcvNxt - t.lastAckSent >= 2 * t.rcvMss;
        if (twoSegments || t.quickAcks > 0) {
            // The first ones at once, so that the peer's window opens quickly.
            t.quickAcks -= t.quickAcks > 0 ? 1 : 0;
            t.ackNow = true;
        } else if (t.ackAt == Tcb.OFF) {
            t.ackAt = now + layer.settings.delayedAck();
        }
    }

    private void takeOutOfOrder(Tcb t, Segment s, StreamRing ring, long now) {
        if (t.reorder.add(s.sequence, s.sequence + s.length)) {
            ring.copyIn(ring.tail() + (s.sequence - t.rcvNxt), s.memory, s.payload, s.length);
        } else {
            counters.add(Counter.DROP_TCP_REORDER);
        }
        // At once and each by its own, since the peer counts them (RFC 5681, section 4.2).
        if (!output.acknowledge(t, now)) {
            t.ackNow = true;
        }
    }

    private void takeFin(Tcb t, long now) {
        t.rcvNxt++;
        t.finTaken = true;
        t.ackNow = true;
        t.connection.endOfStream();
        switch (t.state) {
            case ESTABLISHED -> t.become(TcpState.CLOSE_WAIT);
            // Had our FIN been acknowledged by the same segment, the state would be FIN_WAIT_2.
            case FIN_WAIT_1 -> t.become(TcpState.CLOSING);
            case FIN_WAIT_2 -> layer.enterTimeWait(t, now);
            default -> {
                // A FIN is taken in no other state.
            }
        }
    }
}
