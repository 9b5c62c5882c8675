package org.cofferdam.libos.net.tcp;

import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.ip.IpOutput;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Tcp;

/**
 * How connections begin: SYNs to a listener, with cookies when its backlog is full; the answer to a SYN of ours, also by
 * another SYN (RFC 9293, sections 3.10.7.2 and 3.10.7.3). The stack's thread.
 */
final class TcpHandshake {
    /** RFC 9293, section 3.7.1: if the peer does not say. */
    private static final int MSS_V4 = 536;

    private static final int MSS_V6 = 1220;

    /** Smaller ones are not believed: they would make thousands of segments out of little (as in Linux). */
    private static final int LEAST_MSS = 88;

    private final TcpLayer layer;
    private final TcpOutput output;
    private final IpOutput ip;
    private final SynCookies cookies;
    private final Counters counters;

    TcpHandshake(
            TcpLayer layer, TcpOutput output, IpOutput ip, SynCookies cookies, Counters counters) {
        this.layer = layer;
        this.output = output;
        this.ip = ip;
        this.cookies = cookies;
        this.counters = counters;
    }

    /** A segment for a listener that belongs to no connection (RFC 9293, section 3.10.7.2). */
    void listening(TcpListener listener, Segment s, boolean toGroup, long now) {
        if (s.has(Tcp.RST)) {
            return;
        }
        if (s.has(Tcp.ACK)) {
            if (!acceptsCookie(listener, s, now)) {
                layer.resetFor(s, now);
            }
            return;
        }
        if (!s.has(Tcp.SYN) || toGroup) {
            return;
        }
        if (listener.isFull()) {
            // The peer sends its SYN again, and by then there may be room.
            counters.add(Counter.DROP_TCP_BACKLOG);
            return;
        }
        if (listener.halfOpen >= layer.settings.mostHalfOpen() || layer.isFull()) {
            sendCookie(listener, s, now);
            return;
        }
        Tcb t = accepted(listener, s);
        t.irs = s.sequence;
        t.rcvNxt = s.sequence + 1;
        t.rcvAdv = t.rcvNxt;
        takeOptions(t, s, now);
        t.iss = layer.initialSequence(t, now);
        startSending(t, t.iss, t.iss);
        t.become(TcpState.SYN_RECEIVED);
        listener.halfOpen++;
        layer.add(t);
        sendSyn(t, now);
    }

    private Tcb accepted(TcpListener listener, Segment s) {
        TcpConnection connection = layer.newConnection();
        Tcb t = connection.tcb();
        t.listener = listener;
        t.localHigh = s.localHigh;
        t.localLow = s.localLow;
        t.localPort = s.localPort;
        t.remoteHigh = s.remoteHigh;
        t.remoteLow = s.remoteLow;
        t.remotePort = s.remotePort;
        t.receiveBytes = listener.receiveBytes();
        return t;
    }

    private static void startSending(Tcb t, int una, int next) {
        t.sndUna = una;
        t.sndNxt = next;
        t.sndMax = next;
        t.seqAtHead = t.iss + 1;
    }

    private void sendSyn(Tcb t, long now) {
        t.sndNxt = t.iss + 1;
        t.sndMax = t.sndNxt;
        t.timing = t.tries == 0;
        t.timedSeq = t.sndNxt;
        t.timedAt = now;
        t.sentAt = now;
        t.heardAt = now;
        output.sendSyn(t, now);
        t.retransmitAt = now + t.roundTrip.timeout();
        t.arm();
    }

    private void sendCookie(TcpListener listener, Segment s, long now) {
        counters.add(Counter.TCP_COOKIE_SENT);
        listener.cookieSentAt = now;
        listener.cookiesSent = true;
        int window = Math.min(listener.receiveBytes() / 2, 65_535);
        output.sendBare(
                s,
                cookies.make(s, now),
                s.sequence + 1,
                Tcp.SYN | Tcp.ACK,
                window,
                advertisedMss(s.remoteHigh, s.remoteLow));
    }

    /** An acknowledgment that may return a cookie. False if it does not. */
    private boolean acceptsCookie(TcpListener listener, Segment s, long now) {
        // Only after cookies were sent, so that a guess is of no use at other times.
        if (!listener.cookiesSent || now - listener.cookieSentAt > SynCookies.VALID_NANOS) {
            return false;
        }
        int mss = cookies.check(s, now);
        if (mss == 0) {
            return false;
        }
        if (listener.isFull() || layer.isFull()) {
            counters.add(Counter.DROP_TCP_BACKLOG);
            return true;
        }
        Tcb t = accepted(listener, s);
        t.irs = s.sequence - 1;
        t.rcvNxt = s.sequence;
        t.rcvAdv = t.rcvNxt + Math.min(listener.receiveBytes() / 2, 65_535);
        t.iss = s.acknowledgment - 1;
        t.peerMss = mss;
        finishMss(t);
        startSending(t, t.iss + 1, t.iss + 1);
        takeWindow(t, s, 0);
        if (!layer.giveBuffers(t)) {
            return true;
        }
        counters.add(Counter.TCP_COOKIE_ACCEPTED);
        t.heardAt = now;
        layer.add(t);
        establish(t, now);
        listener.arrived(t.connection);
        if (s.length > 0 || s.has(Tcp.FIN)) {
            layer.input.segment(t, s, now);
        }
        return true;
    }

    /** Begins a connection of ours; the ends are set, buffers given. */
    void connect(Tcb t, long now) {
        t.iss = layer.initialSequence(t, now);
        startSending(t, t.iss, t.iss);
        t.rcvScale = scaleFor(t.receiveBytes);
        t.tsOffset = layer.timestampOffset(t);
        t.peerMss = defaultMss(t);
        finishMss(t);
        t.become(TcpState.SYN_SENT);
        layer.add(t);
        sendSyn(t, now);
    }

    /** RFC 9293, section 3.10.7.3. */
    void synSent(Tcb t, Segment s, long now) {
        boolean acked = s.has(Tcp.ACK);
        if (acked && s.acknowledgment != t.iss + 1) {
            if (!s.has(Tcp.RST)) {
                layer.resetFor(s, now);
            }
            return;
        }
        if (s.has(Tcp.RST)) {
            if (acked) {
                counters.add(Counter.TCP_RESET_RECEIVED);
                layer.closed(t, NetError.REFUSED);
            }
            return;
        }
        if (!s.has(Tcp.SYN)) {
            return;
        }
        t.irs = s.sequence;
        t.rcvNxt = s.sequence + 1;
        t.rcvAdv = t.rcvNxt;
        takeOptions(t, s, now);
        takeWindow(t, s, 0);
        t.heardAt = now;
        if (!acked) {
            // Both sides send their SYN at once (section 3.5, figure 8).
            t.become(TcpState.SYN_RECEIVED);
            t.tries = 0;
            sendSyn(t, now);
            return;
        }
        synAcknowledged(t, now);
        establish(t, now);
        t.ackNow = true;
        layer.touch(t);
    }

    /** A SYN that a handshake has seen before: it is answered again, not challenged. */
    boolean isRepeatedSyn(Tcb t, Segment s, long now) {
        if (!s.has(Tcp.SYN) || s.has(Tcp.RST) || s.sequence != t.irs) {
            return false;
        }
        if (s.has(Tcp.ACK)) {
            // The other half of two SYNs that crossed: only its acknowledgment is news.
            s.trimBefore(t.rcvNxt);
            return false;
        }
        if (now - t.sentAt > 100_000_000L) {
            t.sentAt = now;
            output.sendSyn(t, now);
        }
        return true;
    }

    /** The handshake's last segment. False if it is not, or there is no place for the connection. */
    boolean completes(Tcb t, Segment s, long now) {
        if (s.acknowledgment != t.iss + 1) {
            layer.resetFor(s, now);
            return false;
        }
        TcpListener listener = t.listener;
        if (listener != null && listener.isFull()) {
            counters.add(Counter.DROP_TCP_BACKLOG);
            return false;
        }
        if (t.receive == null && !layer.giveBuffers(t)) {
            return false;
        }
        takeWindow(t, s, t.sndScale);
        synAcknowledged(t, now);
        establish(t, now);
        if (listener != null) {
            listener.halfOpen--;
            listener.arrived(t.connection);
        }
        return true;
    }

    private static void synAcknowledged(Tcb t, long now) {
        t.sndUna = t.iss + 1;
        if (t.timing && t.tries == 0) {
            t.roundTrip.measured(now - t.timedAt);
        } else {
            t.roundTrip.synWasLost();
        }
        t.timing = false;
        t.tries = 0;
        t.retransmitAt = Tcb.OFF;
    }

    private void establish(Tcb t, long now) {
        counters.add(Counter.TCP_CONNECTED);
        t.recovery.start(t.sackOn);
        t.congestion.start(t.mss);
        t.become(TcpState.ESTABLISHED);
        t.lastAckSent = t.rcvNxt;
        layer.timers.startKeepAlive(t, now);
        t.connection.established(t);
    }

    /** RFC 9293, section 3.10.7.4, and RFC 6191: a new SYN may end an old connection's TIME-WAIT. */
    boolean reusesTimeWait(Tcb t, Segment s, long now) {
        if (!s.has(Tcp.SYN) || s.has(Tcp.RST) || s.has(Tcp.ACK)) {
            return false;
        }
        boolean newer =
                (t.timestampsOn && s.options.hasTimestamps)
                        ? Seq.after(s.options.timestamp, t.tsRecent)
                        : Seq.after(s.sequence, t.rcvNxt);
        TcpListener listener = layer.listener(t.localPort);
        if (!newer || listener == null) {
            return false;
        }
        counters.add(Counter.TCP_TIME_WAIT_REUSED);
        layer.closed(t, null);
        listening(listener, s, false, now);
        return true;
    }

    private void takeOptions(Tcb t, Segment s, long now) {
        TcpOptions o = s.options;
        t.peerMss = o.mss == 0 ? defaultMss(t) : Math.max(o.mss, LEAST_MSS);
        t.sackOn = o.sackPermitted;
        t.timestampsOn = o.hasTimestamps;
        t.tsRecent = o.timestamp;
        t.tsRecentAt = now;
        if (t.tsOffset == 0) {
            t.tsOffset = layer.timestampOffset(t);
        }
        // RFC 7323, section 2.2: both send it, or nobody scales.
        t.scaleOn = o.windowScale >= 0;
        t.sndScale = t.scaleOn ? o.windowScale : 0;
        t.rcvScale = t.scaleOn ? scaleFor(t.receiveBytes) : 0;
        finishMss(t);
    }

    private static void takeWindow(Tcb t, Segment s, int scale) {
        t.sndWnd = s.window << scale;
        t.maxSndWnd = t.sndWnd;
        t.sndWl1 = s.sequence;
        t.sndWl2 = s.acknowledgment;
    }

    /** RFC 9293, section 3.7.1 and RFC 6691: what the peer takes and the path carries, less our options. */
    void finishMss(Tcb t) {
        int path = ip.mtu(t.remoteHigh, t.remoteLow) - headers(t.remoteHigh, t.remoteLow);
        t.mss = Math.min(t.peerMss, path) - t.optionBytes();
        t.rcvMss = advertisedMss(t.remoteHigh, t.remoteLow) - t.optionBytes();
        t.congestion.segmentSize(t.mss);
    }

    private int advertisedMss(long high, long low) {
        return Math.min(ip.mtu(high, low), 65_535) - headers(high, low);
    }

    private static int headers(long high, long low) {
        return IpAddress.isV4(high, low) ? 40 : 60;
    }

    private static int defaultMss(Tcb t) {
        return IpAddress.isV4(t.remoteHigh, t.remoteLow) ? MSS_V4 : MSS_V6;
    }

    private static int scaleFor(int bytes) {
        int scale = 0;
        while (bytes >> scale > 65_535) {
            scale++;
        }
        return Math.min(scale, TcpOptions.MOST_SCALE);
    }
}
