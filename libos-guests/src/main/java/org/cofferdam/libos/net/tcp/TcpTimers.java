package org.cofferdam.libos.net.tcp;

import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.socket.NetError;

/**
 * What happens when nothing comes. Each connection has one timer on the wheel for all of its deadlines; a deadline that
 * was moved away is found out when the timer fires, so moving one costs nothing. The stack's thread.
 */
final class TcpTimers {
    private static final int PROBES_UNANSWERED = 15;

    private final TcpLayer layer;
    private final TcpHandshake handshake;
    private final TcpOutput output;
    private final TailProbe tail;
    private final Counters counters;

    TcpTimers(TcpLayer layer, TcpHandshake handshake, TcpOutput output, Counters counters) {
        this.layer = layer;
        this.handshake = handshake;
        this.output = output;
        this.tail = new TailProbe(output, counters);
        this.counters = counters;
    }

    void expired(Tcb t, long now) {
        if (now >= t.endAt) {
            // TIME-WAIT is over, or the peer's FIN did not come.
            layer.closed(t, t.state == TcpState.TIME_WAIT ? null : NetError.TIMED_OUT);
            return;
        }
        if (now >= t.ackAt) {
            t.ackAt = Tcb.OFF;
            t.ackNow = true;
            layer.touch(t);
        }
        if (now >= t.keepAliveAt) {
            keepAlive(t, now);
        }
        if (now >= t.persistAt) {
            persist(t, now);
        }
        if (now >= t.probeAt) {
            tail.expired(t, now);
        }
        if (now >= t.retransmitAt) {
            retransmit(t, now);
        }
        if (t.state != TcpState.CLOSED) {
            t.arm();
        }
    }

    /** RFC 6298, section 5.4 to 5.7. */
    private void retransmit(Tcb t, long now) {
        counters.add(Counter.TCP_TIMEOUT);
        t.tries++;
        if (t.tries >= mostTries(t)) {
            giveUp(t, now);
            return;
        }
        t.roundTrip.backOff();
        t.retransmitAt = now + t.roundTrip.timeout();
        t.timing = false;
        if (t.state == TcpState.SYN_SENT || t.state == TcpState.SYN_RECEIVED) {
            t.sentAt = now;
            counters.add(Counter.TCP_RETRANSMITTED);
            output.sendSyn(t, now);
            return;
        }
        TailProbe.forget(t);
        t.congestion.timedOut(t.sndMax - t.sndUna, t.tries == 1, now);
        t.recovery.timedOut(t.sndMax);
        t.sndNxt = t.sndUna;
        layer.touch(t);
    }

    private int mostTries(Tcb t) {
        return switch (t.state) {
            case SYN_SENT -> layer.settings.synTries() + 1;
            case SYN_RECEIVED -> layer.settings.synAckTries() + 1;
            default ->
                    t.orphan ? Math.min(layer.settings.dataTries(), 8) : layer.settings.dataTries();
        };
    }

    private void giveUp(Tcb t, long now) {
        if (t.state.isSynchronized()) {
            output.reset(t, now);
        }
        layer.closed(t, NetError.TIMED_OUT);
    }

    /** The window is closed, or too small to be worth a segment: some of it is sent all the same, or a probe. */
    private void persist(Tcb t, long now) {
        if (t.tries++ >= PROBES_UNANSWERED) {
            giveUp(t, now);
            return;
        }
        output.probeWindow(t, now);
        t.roundTrip.backOff();
        t.persistAt = now + t.roundTrip.timeout();
    }

    /** RFC 9293, section 3.8.4. */
    void startKeepAlive(Tcb t, long now) {
        t.keepAliveAt =
                t.connection.isKeepAlive() && t.state.isSynchronized()
                        ? now + t.connection.keepAliveIdle()
                        : Tcb.OFF;
        t.arm();
    }

    private void keepAlive(Tcb t, long now) {
        TcpConnection c = t.connection;
        t.keepAliveAt = Tcb.OFF;
        if (!c.isKeepAlive() || t.state == TcpState.TIME_WAIT) {
            return;
        }
        long quiet = now - t.heardAt;
        if (t.keepAliveProbes == 0 && quiet < c.keepAliveIdle()) {
            t.keepAliveAt = t.heardAt + c.keepAliveIdle();
            return;
        }
        if (t.keepAliveProbes >= c.keepAliveCount()) {
            giveUp(t, now);
            return;
        }
        t.keepAliveProbes++;
        // While bytes are under way their own timer sees whether the peer lives.
        if (t.sndUna == t.sndMax) {
            output.probeLife(t, now);
        }
        t.keepAliveAt = now + c.keepAliveInterval();
    }

    /** A router says that a packet was too long (RFC 1191, RFC 8201): send again what was lost, in smaller segments. */
    void pathBecameSmaller(Tcb t) {
        int before = t.mss;
        handshake.finishMss(t);
        if (t.mss < before && t.state.isSynchronized()) {
            t.sndNxt = t.sndUna;
            t.timing = false;
            layer.touch(t);
        }
    }
}
