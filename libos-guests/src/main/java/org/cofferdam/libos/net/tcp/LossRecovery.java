package org.cofferdam.libos.net.tcp;

/**
 * What is known of lost bytes, and which are to be sent again: SACK-based recovery (RFC 6675), and NewReno (RFC 6582) with
 * a peer that does not send SACK. Names in quotation marks are those of RFC 6675.
 *
 * <p>One for each connection; the stack's thread, allocation-free. All is linear in the number of gaps, which is bounded.
 */
final class LossRecovery {
    /** RFC 5681, section 3.2. */
    private static final int DUP_THRESH = 3;

    private static final int MOST_RANGES = 64;

    final SequenceRanges sacked = new SequenceRanges(MOST_RANGES);
    private boolean withSack;
    private boolean active;
    private boolean afterTimeout;
    private int recoveryPoint;
    private int highRetransmitted;
    private int duplicates;
    private boolean begun;
    private boolean rescued;

    /** All before it that did not arrive is lost: what was sent much later has arrived. */
    private int lostBefore;

    private boolean knowsLost;

    // The newest bytes that were sent again: when, and how much had been sent by then.
    private long repeatedAt;
    private int sentThen;

    void start(boolean sack) {
        withSack = sack;
    }

    /** Fast recovery is under way. */
    boolean isActive() {
        return active;
    }

    /** The retransmission timer expired, and what was under way then is not yet all acknowledged. */
    boolean isAfterTimeout() {
        return afterTimeout;
    }

    int duplicates() {
        return duplicates;
    }

    /** Takes the blocks of a segment (RFC 2018, section 5). Says whether they tell something new. */
    boolean take(TcpOptions options, int sndUna, int sndMax) {
        boolean news = false;
        for (int i = 0; i < options.blocks; i++) {
            int from = options.blockStart[i];
            int to = options.blockEnd[i];
            // What is not between the two is a D-SACK (RFC 2883), old, or a lie.
            if (Seq.before(from, to)
                    && Seq.after(from, sndUna)
                    && Seq.atOrBefore(to, sndMax)
                    && !sacked.covers(from, to)) {
                news |= sacked.add(from, to);
            }
        }
        return news;
    }

    /** A segment came that acknowledges nothing new although something is under way. */
    void duplicate() {
        duplicates++;
    }

    /** Whether the first unacknowledged byte is lost: "IsLost", or three duplicates. */
    boolean firstIsLost(int sndUna, int mss) {
        return duplicates >= DUP_THRESH || (withSack && isLost(sndUna, mss));
    }

    /** "IsLost": enough was acknowledged behind it. */
    private boolean isLost(int sequence, int mss) {
        if (knowsLost && Seq.before(sequence, lostBefore)) {
            return true;
        }
        int ranges = 0;
        int bytes = 0;
        for (int i = sacked.count() - 1; i >= 0 && Seq.after(sacked.start(i), sequence); i--) {
            ranges++;
            bytes += sacked.end(i) - sacked.start(i);
        }
        return ranges >= DUP_THRESH || bytes > (DUP_THRESH - 1) * mss;
    }

    /** Enters fast recovery. */
    void enter(int sndUna, int sndMax) {
        active = true;
        begun = false;
        rescued = false;
        recoveryPoint = sndMax;
        highRetransmitted = sndUna;
    }

    /**
     * Something new was acknowledged.
     *
     * @return whether recovery is over by that
     */
    boolean acknowledged(int sndUna, int acked, int mss) {
        sacked.removeBefore(sndUna);
        if (afterTimeout && Seq.atOrAfter(sndUna, recoveryPoint)) {
            afterTimeout = false;
        }
        if (!active) {
            duplicates = 0;
            return false;
        }
        if (Seq.atOrAfter(sndUna, recoveryPoint)) {
            active = false;
            knowsLost = false;
            duplicates = 0;
            return true;
        }
        // A partial acknowledgment: the segments that it covers have left the network, and one of
        // them was the one sent again (RFC 6582, section 3.2, step 3).
        duplicates = Math.max(0, duplicates - Math.max(0, acked / Math.max(mss, 1) - 1));
        highRetransmitted = Seq.max(highRetransmitted, sndUna);
        return false;
    }

    /** The retransmission timer expired: what the peer said it had may be gone (RFC 2018, section 8). */
    void timedOut(int sndMax) {
        sacked.clear();
        active = false;
        knowsLost = false;
        afterTimeout = true;
        duplicates = 0;
        recoveryPoint = sndMax;
    }

    /** All before a number that has not arrived is lost, however little arrived behind it. */
    void lostBefore(int number) {
        lostBefore = number;
        knowsLost = true;
    }

    /**
     * Whether bytes that were sent again are lost again, so that they are to be sent once more: what was sent after all of
     * them has arrived, and a round trip and a quarter have passed (RFC 8985, section 6.2, with the time of the newest for
     * all). To be asked after each acknowledgment.
     */
    boolean retransmissionWasLost(int sndUna, long now, long roundTrip) {
        if (!active
                || !withSack
                || sacked.isEmpty()
                || !Seq.before(sndUna, highRetransmitted)
                || !Seq.after(sacked.end(sacked.count() - 1), sentThen)
                || now - repeatedAt < roundTrip + roundTrip / 4) {
            return false;
        }
        highRetransmitted = sndUna;
        lostBefore(sentThen);
        return true;
    }

    /** "SetPipe": an estimate of the bytes that are in the network. */
    int pipe(int sndUna, int sndMax, int mss) {
        if (!withSack) {
            return Math.max(0, sndMax - sndUna - duplicates * mss);
        }
        int pipe = 0;
        int from = sndUna;
        for (int i = 0; i <= sacked.count(); i++) {
            int to = i < sacked.count() ? sacked.start(i) : sndMax;
            if (Seq.before(from, to)) {
                if (!isLost(from, mss)) {
                    pipe += to - from;
                }
                if (Seq.before(from, highRetransmitted)) {
                    pipe += Seq.min(to, highRetransmitted) - from;
                }
            }
            if (i < sacked.count()) {
                from = sacked.end(i);
            }
        }
        return pipe;
    }

    /**
     * Whether {@link #next} has something.
     *
     * @param nothingNew there is nothing new that could be sent instead (rule 2)
     */
    boolean hasNext(int sndUna, int sndMax, int mss, boolean nothingNew) {
        if (!withSack) {
            return highRetransmitted == sndUna;
        }
        int at = sacked.firstOutside(Seq.max(highRetransmitted, sndUna));
        boolean hole = !sacked.isEmpty() && Seq.before(at, sacked.start(sacked.count() - 1));
        if (hole && isLost(at, mss)) {
            return true;
        }
        // The first one is sent again in any case: three duplicates said that it is lost.
        if (!begun) {
            return true;
        }
        return nothingNew && (hole || (!rescued && Seq.before(at, sndMax)));
    }

    /** "NextSeg", rules 1, 3 and 4: the first byte to send again, when {@link #hasNext}. */
    int next(int sndUna) {
        if (!withSack) {
            return sndUna;
        }
        return sacked.firstOutside(Seq.max(highRetransmitted, sndUna));
    }

    /** Bytes up to a number were sent again. */
    void retransmitted(int until, int sndMax, long now) {
        repeatedAt = now;
        sentThen = sndMax;
        if (sacked.isEmpty() || Seq.after(until, sacked.end(sacked.count() - 1))) {
            // Rule 4: once in a recovery, what lies behind all that is known.
            rescued = true;
        }
        begun = true;
        highRetransmitted = Seq.max(highRetransmitted, until);
    }
}
