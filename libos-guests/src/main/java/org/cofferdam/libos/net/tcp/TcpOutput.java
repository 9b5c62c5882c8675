package org.cofferdam.libos.net.tcp;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.ip.IpOutput;
import org.cofferdam.libos.net.socket.StreamRing;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Tcp;
import org.cofferdam.libos.net.wire.Wire;

/**
 * What a connection sends: new bytes as windows, Nagle and the avoidance of silly windows allow, lost bytes again, and
 * acknowledgments. The stack's thread, allocation-free.
 */
final class TcpOutput {
    private static final int MOST_WITH_OFFLOAD = 65_000;

    private final IpOutput ip;
    private final Counters counters;

    TcpOutput(IpOutput ip, Counters counters) {
        this.ip = ip;
        this.counters = counters;
    }

    /**
     * Sends what may be sent now.
     *
     * @return false if the link had no room, so that it is to be called again
     */
    boolean run(Tcb t, long now) {
        boolean done = true;
        if (t.state.sendsData() && t.send != null) {
            done = retransmitLost(t, now) && sendNew(t, now);
        }
        if (done && t.ackNow && t.state.isSynchronized()) {
            done = acknowledge(t, now);
        }
        t.arm();
        return done;
    }

    /** In recovery: what is lost, as the pipe allows (RFC 6675, section 5, step C). */
    private boolean retransmitLost(Tcb t, long now) {
        LossRecovery recovery = t.recovery;
        if (!recovery.isActive()) {
            return true;
        }
        boolean first = true;
        while (true) {
            boolean nothingNew = t.dataEnd() == t.sndMax || t.finSent();
            if (!recovery.hasNext(t.sndUna, t.sndMax, t.mss, nothingNew)) {
                return true;
            }
            int from = recovery.next(t.sndUna);
            int pipe = recovery.pipe(t.sndUna, t.sndMax, t.mss);
            // The first byte's segment goes out whatever the pipe says (section 5, step 4.3).
            boolean owed = first && from == t.sndUna;
            if (!Seq.before(from, t.sndMax) || (!owed && t.congestion.window() - pipe < t.mss)) {
                return true;
            }
            first = false;
            int until = Seq.min(recovery.sacked.nextStart(from, t.sndMax), from + t.mss);
            int length = Seq.min(t.dataEnd(), until) - from;
            boolean fin = t.finSent() && from + length == t.dataEnd();
            if (!emit(t, from, length, fin ? Tcp.FIN | Tcp.ACK : Tcp.ACK, now)) {
                return false;
            }
            counters.add(Counter.TCP_RETRANSMITTED);
            t.timing = false;
            recovery.retransmitted(from + length + (fin ? 1 : 0), t.sndMax, now);
            if (t.retransmitAt == Tcb.OFF) {
                t.retransmitAt = now + t.roundTrip.timeout();
            }
        }
    }

    private boolean sendNew(Tcb t, long now) {
        if (t.flight() == 0 && now - t.sentAt > t.roundTrip.timeout()) {
            t.congestion.idle();
        }
        while (true) {
            boolean again = Seq.before(t.sndNxt, t.sndMax);
            if (again) {
                // After a timeout: what the peer has is not sent once more.
                t.sndNxt = Seq.min(t.recovery.sacked.firstOutside(t.sndNxt), t.sndMax);
                again = Seq.before(t.sndNxt, t.sndMax);
            }
            int unsent = t.dataEnd() - t.sndNxt;
            boolean finWaits = t.finQueued && unsent >= 0;
            if (unsent <= 0 && !finWaits) {
                return true;
            }
            int length = sendable(t, unsent, again);
            boolean fin = finWaits && length == unsent && fits(t, length + 1);
            if (length <= 0 && !fin) {
                maybePersist(t, now);
                return true;
            }
            int flags = Tcp.ACK | (fin ? Tcp.FIN : 0) | (length == unsent ? Tcp.PSH : 0);
            if (!emit(t, t.sndNxt, length, flags, now)) {
                return false;
            }
            sent(t, length + (fin ? 1 : 0), again, now);
        }
    }

    private void sent(Tcb t, int numbers, boolean again, long now) {
        if (again) {
            counters.add(Counter.TCP_RETRANSMITTED);
            t.timing = false;
        } else if (!t.timing) {
            t.timing = true;
            t.timedSeq = t.sndNxt + numbers;
            t.timedAt = now;
        }
        t.sndNxt += numbers;
        t.sndMax = Seq.max(t.sndMax, t.sndNxt);
        t.sentAt = now;
        t.persistAt = Tcb.OFF;
        // RFC 6298, section 5.1.
        if (t.retransmitAt == Tcb.OFF) {
            t.retransmitAt = now + t.roundTrip.timeout();
        }
        TailProbe.schedule(t, now);
    }

    /** A segment of new bytes if there are some, else the last one again. Returns its end; sndUna if nothing was sent. */
    int probeTail(Tcb t, long now) {
        int unsent = Math.min(t.dataEnd() - t.sndNxt, t.mss);
        boolean fin = t.finSent();
        t.probeRepeats = unsent <= 0 || !fits(t, unsent);
        int end = fin ? t.sndMax - 1 : t.sndMax;
        int from = t.probeRepeats ? Seq.max(t.sndUna, end - t.mss) : t.sndNxt;
        int length = t.probeRepeats ? end - from : unsent;
        if (!emit(t, from, length, t.probeRepeats && fin ? Tcp.FIN | Tcp.ACK : Tcp.ACK, now)) {
            return t.sndUna;
        }
        t.probeFrom = from;
        if (t.probeRepeats) {
            counters.add(Counter.TCP_RETRANSMITTED);
            t.timing = false;
            return t.sndMax;
        }
        sent(t, length, false, now);
        t.probeAt = Tcb.OFF;
        return t.sndMax;
    }

    private static boolean fits(Tcb t, int numbers) {
        return Seq.atOrBefore(t.sndNxt + numbers, t.sndUna + t.sndWnd);
    }

    /** How many bytes may go out in the next segment; 0 if it is better to wait. */
    private int sendable(Tcb t, int unsent, boolean again) {
        int peer = t.sndUna + t.sndWnd - t.sndNxt;
        int network = t.congestion.window() - t.flight();
        if (t.recovery.isActive()) {
            network = t.congestion.window() - t.recovery.pipe(t.sndUna, t.sndMax, t.mss);
        } else if (!t.recovery.isAfterTimeout()) {
            // Limited transmit (RFC 3042).
            network += Math.min(t.recovery.duplicates(), 2) * t.mss;
        }
        int allowed = Math.min(peer, network);
        int most = again ? t.mss : mostPerSegment(t);
        int length = Math.min(Math.min(unsent, allowed), most);
        if (length <= 0) {
            return 0;
        }
        if (again) {
            // Up to what the peer has already.
            int hole = t.recovery.sacked.nextStart(t.sndNxt, t.sndNxt + length) - t.sndNxt;
            return Math.min(length, hole);
        }
        if (length > t.mss && length < unsent) {
            // Whole segments, so that the rest is not cut into a small one.
            return length - length % t.mss;
        }
        // RFC 9293, sections 3.7.4 and 3.8.6.2.1: a whole segment; all there is, if nothing is
        // under
        // way or the application wants it so; or half of the largest window that the peer had.
        boolean all = length == unsent;
        boolean worthwhile =
                length >= t.mss
                        || (all && (t.connection.isNoDelay() || t.sndUna == t.sndMax))
                        || (all && t.finQueued)
                        || (length == peer && length >= t.maxSndWnd / 2);
        return worthwhile ? length : 0;
    }

    private int mostPerSegment(Tcb t) {
        if (!ip.segments(t.remoteHigh, t.remoteLow)) {
            return t.mss;
        }
        return Math.max(MOST_WITH_OFFLOAD / t.mss, 1) * t.mss;
    }

    /** Something waits, nothing is under way, and so no acknowledgment will come: the peer must be asked. */
    private static void maybePersist(Tcb t, long now) {
        if (t.flight() == 0 && t.persistAt == Tcb.OFF) {
            t.retransmitAt = Tcb.OFF;
            t.persistAt = now + t.roundTrip.timeout();
        }
    }

    /** A byte beyond the window, or the FIN (RFC 9293, section 3.8.6.1). */
    void probeWindow(Tcb t, long now) {
        int length = Math.min(t.dataEnd() - t.sndNxt, 1);
        boolean fin = length == 0 && t.finQueued;
        if (length <= 0 && !fin) {
            return;
        }
        counters.add(Counter.TCP_WINDOW_PROBE);
        if (emit(t, t.sndNxt, length, Tcp.ACK | (fin ? Tcp.FIN : 0), now)) {
            t.sndMax = Seq.max(t.sndMax, t.sndNxt + 1);
        }
    }

    /** A number that the peer has: it answers with an acknowledgment (RFC 9293, section 3.8.4). */
    void probeLife(Tcb t, long now) {
        counters.add(Counter.TCP_KEEPALIVE);
        emit(t, t.sndUna - 1, 0, Tcp.ACK, now);
    }

    /** A segment without bytes. False if the link had no room. */
    boolean acknowledge(Tcb t, long now) {
        return emit(t, t.sndMax, 0, Tcp.ACK, now);
    }

    /** A SYN, or the answer to one. */
    void sendSyn(Tcb t, long now) {
        boolean answer = t.state == TcpState.SYN_RECEIVED;
        emit(t, t.iss, 0, answer ? Tcp.SYN | Tcp.ACK : Tcp.SYN, now);
    }

    /** A reset of a connection that the peer knows. */
    void reset(Tcb t, long now) {
        counters.add(Counter.TCP_RESET_SENT);
        emit(t, t.sndNxt, 0, Tcp.RST | Tcp.ACK, now);
    }

    private boolean emit(Tcb t, int sequence, int length, int flags, long now) {
        boolean syn = (flags & Tcp.SYN) != 0;
        boolean blocks = length == 0 && flags == Tcp.ACK && !t.reorder.isEmpty() && t.sackOn;
        // Exact for what carries bytes: a link may have no place for more than its MTU.
        int most = length > 0 ? Tcp.HEADER_BYTES + t.optionBytes() + length : Tcp.MAX_HEADER_BYTES;
        long at =
                ip.begin(
                        t.localHigh,
                        t.localLow,
                        t.remoteHigh,
                        t.remoteLow,
                        Protocol.TCP,
                        most,
                        false);
        if (at < 0) {
            // Without a way the segment is lost, as on the wire; without room it is tried again.
            return at != IpOutput.NO_ROOM;
        }
        ip.setTrafficClass(t.connection.trafficClass());
        MemorySegment memory = ip.memory();
        int options = syn ? synOptions(t, memory, at, flags, now) : options(t, memory, at, now);
        if (blocks) {
            options += sackBlocks(t, memory, at + Tcp.HEADER_BYTES + options, options);
        }
        int headerBytes = Tcp.HEADER_BYTES + options;
        int window = t.receiveWindow();
        int field = syn ? Math.min(window, 65_535) : window >>> t.rcvScale;
        int acknowledgment = (flags & Tcp.ACK) != 0 ? t.rcvNxt : 0;
        Tcp.write(
                memory,
                at,
                t.localPort,
                t.remotePort,
                sequence,
                acknowledgment,
                headerBytes,
                flags,
                field);
        StreamRing ring = t.send;
        if (length > 0 && ring != null) {
            ring.copyOut(ring.head() + (sequence - t.seqAtHead), memory, at + headerBytes, length);
        }
        if (length > t.mss) {
            ip.segment(t.mss, headerBytes);
        }
        ip.send(headerBytes + length, Tcp.CHECKSUM);
        if (acknowledgment != 0 || (flags & Tcp.ACK) != 0) {
            acknowledged(t, syn ? field : field << t.rcvScale);
        }
        return true;
    }

    /** Every segment acknowledges: none is owed any more. */
    private static void acknowledged(Tcb t, int window) {
        t.rcvAdv = Seq.max(t.rcvAdv, t.rcvNxt + window);
        t.lastAckSent = t.rcvNxt;
        t.ackNow = false;
        t.ackAt = Tcb.OFF;
        t.connection.advertised(t.rcvAdv - t.rcvNxt);
    }

    private static int options(Tcb t, MemorySegment memory, long tcp, long now) {
        if (!t.timestampsOn) {
            return 0;
        }
        long at = tcp + Tcp.HEADER_BYTES;
        Wire.putI32(memory, at, 0x0101_080a);
        Wire.putI32(memory, at + 4, t.timestamp(now));
        Wire.putI32(memory, at + 8, t.tsRecent);
        return 12;
    }

    /** MSS, SACK permitted, time stamps, window scale; in an answer only what the SYN had (RFC 7323, section 2.2). */
    private int synOptions(Tcb t, MemorySegment memory, long tcp, int flags, long now) {
        boolean answer = (flags & Tcp.ACK) != 0;
        long at = tcp + Tcp.HEADER_BYTES;
        boolean v4 = IpAddress.isV4(t.remoteHigh, t.remoteLow);
        int mss = Math.min(ip.mtu(t.remoteHigh, t.remoteLow), 65_535) - (v4 ? 40 : 60);
        Wire.putI32(memory, at, TcpOptions.MSS << 24 | 4 << 16 | mss);
        at += 4;
        if (!answer || t.sackOn) {
            Wire.putI32(memory, at, 0x0101_0000 | TcpOptions.SACK_PERMITTED << 8 | 2);
            at += 4;
        }
        if (!answer || t.timestampsOn) {
            Wire.putI32(memory, at, 0x0101_080a);
            Wire.putI32(memory, at + 4, t.timestamp(now));
            Wire.putI32(memory, at + 8, answer ? t.tsRecent : 0);
            at += 12;
        }
        if (!answer || t.scaleOn) {
            Wire.putI32(memory, at, 0x0100_0000 | TcpOptions.WINDOW_SCALE << 16 | 3 << 8);
            Wire.putU8(memory, at + 3, t.rcvScale);
            at += 4;
        }
        return (int) (at - tcp - Tcp.HEADER_BYTES);
    }

    /** RFC 2018, section 4: the block with the newest segment first. Returns the option's bytes. */
    private static int sackBlocks(Tcb t, MemorySegment memory, long at, int before) {
        int most = Math.min((40 - before - 4) / 8, t.reorder.count());
        int newest = t.reorder.newest();
        Wire.putI32(memory, at, 0x0101_0000 | TcpOptions.SACK << 8 | (2 + 8 * most));
        long put = at + 4;
        for (int i = 0; i < most; i++) {
            int which = (newest + i) % t.reorder.count();
            Wire.putI32(memory, put, t.reorder.start(which));
            Wire.putI32(memory, put + 4, t.reorder.end(which));
            put += 8;
        }
        return 4 + 8 * most;
    }

    /**
     * A segment that belongs to no connection: a reset, or the answer to a SYN that is not kept.
     *
     * @param flags without ACK, the acknowledgment is not given
     * @param mss for a SYN, else 0
     */
    void sendBare(Segment to, int sequence, int acknowledgment, int flags, int window, int mss) {
        int headerBytes = Tcp.HEADER_BYTES + (mss > 0 ? 4 : 0);
        long at =
                ip.begin(
                        to.localHigh,
                        to.localLow,
                        to.remoteHigh,
                        to.remoteLow,
                        Protocol.TCP,
                        headerBytes,
                        false);
        if (at < 0) {
            return;
        }
        MemorySegment memory = ip.memory();
        Tcp.write(
                memory,
                at,
                to.localPort,
                to.remotePort,
                sequence,
                acknowledgment,
                headerBytes,
                flags,
                window);
        if (mss > 0) {
            Wire.putI32(memory, at + Tcp.HEADER_BYTES, TcpOptions.MSS << 24 | 4 << 16 | mss);
        }
        ip.send(headerBytes, Tcp.CHECKSUM);
    }
}
