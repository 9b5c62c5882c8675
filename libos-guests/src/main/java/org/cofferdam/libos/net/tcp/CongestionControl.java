package org.cofferdam.libos.net.tcp;

/** How much may be under way. One for each connection; the stack's thread, allocation-free. */
interface CongestionControl {
    /** Bytes that may be under way. */
    int window();

    /** Begins: the largest segment is known (RFC 6928: ten of them). */
    void start(int mss);

    /** The largest segment has become smaller. */
    void segmentSize(int mss);

    /**
     * New bytes were acknowledged, outside of recovery.
     *
     * @param acked how many
     * @param flight what was under way before
     * @param roundTrip the smoothed one, nanoseconds
     */
    void acknowledged(int acked, int flight, long now, long roundTrip);

    /** A loss was found by acknowledgments: the window for recovery and after it (RFC 5681, section 3.2). */
    void lost(int flight, long now);

    /** Recovery is over. */
    void recovered();

    /**
     * The retransmission timer expired (RFC 5681, section 3.1).
     *
     * @param first it is the first time for these bytes
     */
    void timedOut(int flight, boolean first, long now);

    /** Nothing was sent for longer than the timeout (RFC 5681, section 4.1). */
    void idle();
}
