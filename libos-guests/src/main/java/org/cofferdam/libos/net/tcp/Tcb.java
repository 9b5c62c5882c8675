package org.cofferdam.libos.net.tcp;

import org.cofferdam.libos.net.socket.StreamRing;
import org.cofferdam.libos.net.timer.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The transmission control block of one connection (RFC 9293, section 3.3.1): what the protocol remembers of it, under the
 * RFC's names. The stack's thread alone reads and writes it.
 *
 * <pre>
 *        sent and acknowledged | under way         | not sent yet       | free
 *  send: ----------------------+-------------------+--------------------+-----
 *                           sndUna        sndNxt, sndMax             dataEnd
 *
 *        taken over | out of order, with gaps        | not expected
 *  recv: -----------+--------------------------------+--------------
 *                rcvNxt                            rcvAdv
 * </pre>
 *
 * {@code sndMax} is one behind the last number ever sent; {@code sndNxt} goes back behind it after a timeout.
 */
final class Tcb extends Timer {
    /** A deadline that is not set. */
    static final long OFF = Long.MAX_VALUE;

    final TcpLayer layer;
    final TcpConnection connection;
    TcpState state = TcpState.CLOSED;

    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    int localPort;
    int remotePort;

    /** The listener that the handshake came to; null for one of our own. */
    @Nullable TcpListener listener;

    // Table and list of those with something to send; both are the layer's.
    @Nullable Tcb nextInBucket;
    @Nullable Tcb nextDirty;
    boolean dirty;

    // Send sequence.
    int iss;
    int sndUna;
    int sndNxt;
    int sndMax;
    int sndWnd;
    int sndWl1;
    int sndWl2;
    int maxSndWnd;
    int sndScale;
    int mss;
    int peerMss;
    boolean finQueued;
    @Nullable StreamRing send;

    /** The number of the byte at the send ring's head. */
    int seqAtHead;

    // Receive sequence.
    int irs;
    int rcvNxt;
    int rcvAdv;
    int rcvScale;
    int rcvMss;
    int lastAckSent;
    int receiveBytes;
    boolean finSeen;
    int finAt;
    boolean finTaken;
    @Nullable StreamRing receive;
    final SequenceRanges reorder = new SequenceRanges(32);

    // Options in use.
    boolean sackOn;
    boolean timestampsOn;
    boolean scaleOn;
    int tsRecent;
    long tsRecentAt;
    int tsOffset;

    // Timing and congestion.
    final RoundTrip roundTrip = new RoundTrip();
    final CongestionControl congestion = new Cubic();
    final LossRecovery recovery = new LossRecovery();
    boolean timing;
    int timedSeq;
    long timedAt;
    long sentAt;
    int tries;
    boolean synLost;

    // What is due when.
    long retransmitAt = OFF;
    long persistAt = OFF;
    long probeAt = OFF;
    long ackAt = OFF;
    long keepAliveAt = OFF;
    long endAt = OFF;
    int keepAliveProbes;

    // A tail loss probe that is not answered yet.
    boolean probing;
    boolean probeRepeats;
    int probeFrom;
    int probeEnd;
    long heardAt;

    boolean ackNow;
    int quickAcks = 16;
    long challengedAt;
    boolean challenged;

    /** The application has closed it; what comes now has nobody to go to. */
    boolean orphan;

    Tcb(TcpLayer layer, TcpConnection connection) {
        this.layer = layer;
        this.connection = connection;
    }

    /** Moves to another state, the only way there. */
    void become(TcpState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(state + " cannot become " + next);
        }
        state = next;
    }

    /** One behind the last byte that the application has written. */
    int dataEnd() {
        StreamRing ring = send;
        return ring == null ? sndMax : seqAtHead + ring.readable();
    }

    /** The FIN has been sent, whether or not it arrived. */
    boolean finSent() {
        return finQueued && Seq.after(sndMax, dataEnd());
    }

    /** Bytes under way, as far as sent since the last timeout. */
    int flight() {
        return sndNxt - sndUna;
    }

    /** Bytes of the options that every segment carries. */
    int optionBytes() {
        return timestampsOn ? 12 : 0;
    }

    int timestamp(long now) {
        return (int) (now / 1_000_000) + tsOffset;
    }

    /** Bytes that the receive ring has room for. */
    int room() {
        StreamRing ring = receive;
        return ring == null ? receiveBytes : ring.free();
    }

    /**
     * The window to advertise. Its right edge never moves left (RFC 9293, section 3.8.6.2.1), although the field is
     * rounded to the scale: the ring keeps one unit in reserve, and the window is rounded up into it (RFC 7323, section
     * 2.4). It moves right only by enough to be worth a segment (RFC 9293, section 3.8.6.2.2).
     */
    int receiveWindow() {
        int room = room();
        int unit = 1 << rcvScale;
        int before = Math.max(rcvAdv - rcvNxt, 0);
        int wanted = Math.max(room - unit, 0);
        int window =
                wanted - before >= Math.min(receiveBytes / 2, rcvMss)
                        ? wanted
                        : Math.min(before, room);
        window = (window + unit - 1) & -unit;
        if (window > room) {
            window = room & -unit;
        }
        return Math.min(window, 65_535 << rcvScale);
    }

    /** Whether reading has made room that is worth telling the peer. */
    boolean windowOpened() {
        int before = Math.max(rcvAdv - rcvNxt, 0);
        return receiveWindow() - before >= Math.min(receiveBytes / 2, rcvMss);
    }

    /** Sets when the timer is to fire, if that is sooner than it is set to. */
    void arm() {
        long next = Math.min(Math.min(retransmitAt, persistAt), Math.min(ackAt, endAt));
        next = Math.min(next, Math.min(keepAliveAt, probeAt));
        if (next != OFF && (!isScheduled() || next < armedAt)) {
            armedAt = next;
            layer.wheel.schedule(this, next);
        }
    }

    private long armedAt;

    @Override
    protected void expired(long now) {
        layer.timers.expired(this, now);
    }

    /** For log lines and failures. */
    @Override
    public String toString() {
        return connection + " " + state;
    }
}
