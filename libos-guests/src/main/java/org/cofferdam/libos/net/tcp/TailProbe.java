package org.cofferdam.libos.net.tcp;

import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;

/**
 * Tail loss probes (RFC 8985, section 7): when nothing comes for two round trips although something is under way, one
 * segment is sent, new or the last one again, so that the peer says what it has. So a lost end of a burst is found by
 * acknowledgments, not by the much later timeout. The stack's thread, allocation-free.
 */
final class TailProbe {
    /** Below this a wait is the host's scheduling, not the network. */
    private static final long LEAST_NANOS = 10_000_000L;

    /** How long a peer may keep the acknowledgment of a single segment (section 7.2). */
    private static final long ACK_DELAY_NANOS = 200_000_000L;

    private final TcpOutput output;
    private final Counters counters;

    TailProbe(TcpOutput output, Counters counters) {
        this.output = output;
        this.counters = counters;
    }

    /** Section 7.2: sets when a probe is due, after bytes were sent or something was acknowledged. */
    static void schedule(Tcb t, long now) {
        t.probeAt = Tcb.OFF;
        if (!mayProbe(t) || t.roundTrip.smoothed() == 0) {
            return;
        }
        long wait = Math.max(2 * t.roundTrip.smoothed(), LEAST_NANOS);
        if (t.sndMax - t.sndUna <= t.mss) {
            wait += ACK_DELAY_NANOS;
        }
        // The timeout comes first if it is sooner.
        t.probeAt = now + wait < t.retransmitAt ? now + wait : Tcb.OFF;
    }

    private static boolean mayProbe(Tcb t) {
        return t.sackOn
                && !t.probing
                && t.sndUna != t.sndMax
                && t.sndNxt == t.sndMax
                && !t.recovery.isActive()
                && !t.recovery.isAfterTimeout();
    }

    /** Section 7.3: the time has come. */
    void expired(Tcb t, long now) {
        t.probeAt = Tcb.OFF;
        if (!mayProbe(t) || !t.state.sendsData()) {
            return;
        }
        int end = output.probeTail(t, now);
        if (end == t.sndUna) {
            // The link had no room; the timeout is still set.
            return;
        }
        counters.add(Counter.TCP_TAIL_PROBE);
        t.probing = true;
        t.probeEnd = end;
        t.retransmitAt = now + t.roundTrip.timeout();
    }

    /** Nothing is known of a probe any more: a timeout, or recovery has begun. */
    static void forget(Tcb t) {
        t.probing = false;
        t.probeAt = Tcb.OFF;
    }

    /**
     * Section 7.4, after an acknowledgment or SACK blocks were taken.
     *
     * @param seenTwice the peer says that it had what this acknowledges (D-SACK, RFC 2883)
     * @return whether what lies before the probe, and was not said to have arrived, is lost
     */
    static boolean answered(Tcb t, boolean seenTwice, long now) {
        if (!t.probing) {
            return false;
        }
        if (Seq.atOrAfter(t.sndUna, t.probeEnd)) {
            t.probing = false;
            if (t.probeRepeats && !seenTwice) {
                // The probe has mended the loss of the one segment; the network was full all the
                // same.
                t.congestion.lost(t.sndMax - t.sndUna, now);
                t.congestion.recovered();
            }
            return false;
        }
        if (t.recovery.sacked.covers(t.probeEnd - 1, t.probeEnd)) {
            // All else was sent two round trips before it (section 6.2, with the probe as the
            // newest).
            t.probing = false;
            t.recovery.lostBefore(t.probeFrom);
            return true;
        }
        return false;
    }
}
