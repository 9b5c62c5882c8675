package org.cofferdam.libos.net.tcp;

/**
 * CUBIC (RFC 9438): after a loss the window grows along a cubic curve that is flat where the loss was, and at least as
 * fast as Reno's would (section 4.3). Below its threshold it is slow start (RFC 5681) with appropriate byte counting
 * (RFC 3465).
 *
 * <pre>
 *  W(t) = C (t - K)^3 + Wmax      K = cbrt((Wmax - cwnd at the epoch's start) / C)      C = 0.4, beta = 0.7
 * </pre>
 *
 * Windows in the curve are in segments, times in seconds. The stack's thread, allocation-free.
 */
final class Cubic implements CongestionControl {
    private static final double C = 0.4;
    private static final double BETA = 0.7;

    /** Section 4.3: what makes its additive increase as fair as Reno's. */
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

    private static final double SECOND = 1e9;
    private static final int FIRST_SEGMENTS = 10;
    private static final int MOST = 1 << 30;

    private int mss = 536;
    private double window = FIRST_SEGMENTS * 536;
    private int threshold = MOST;
    private double most;
    private double curveTime;
    private double renoWindow;
    private long epoch;
    private boolean inEpoch;

    @Override
    public int window() {
        return (int) window;
    }

    @Override
    public void start(int segment) {
        mss = segment;
        // RFC 6928: ten segments, or 14,600 bytes if they are long, but two at least.
        window = Math.min(FIRST_SEGMENTS * segment, Math.max(2 * segment, 14_600));
    }

    @Override
    public void segmentSize(int segment) {
        mss = segment;
    }

    @Override
    public void acknowledged(int acked, int flight, long now, long roundTrip) {
        // A window that was not used says nothing about the path (RFC 7661, section 4).
        boolean slowStart = window < threshold;
        if (flight < (slowStart ? window / 2 : window - 2.0 * mss)) {
            return;
        }
        if (slowStart) {
            window = Math.min(window + acked, MOST);
            return;
        }
        if (!inEpoch) {
            beginEpoch(now);
        }
        double segments = window / mss;
        double at = (now - epoch) / SECOND + roundTrip / SECOND;
        double distance = at - curveTime;
        double target = C * distance * distance * distance + most;
        // Section 4.4: not more than half again within a round trip.
        target = Math.clamp(target, segments, 1.5 * segments);
        double share = (double) acked / mss / segments;
        renoWindow += (renoWindow < most ? ALPHA : 1) * share;
        double grown = segments + (target - segments) * share;
        window = Math.min(Math.max(grown, renoWindow) * mss, MOST);
    }

    private void beginEpoch(long now) {
        inEpoch = true;
        epoch = now;
        double segments = window / mss;
        renoWindow = segments;
        if (most <= segments) {
            most = segments;
            curveTime = 0;
        } else {
            curveTime = Math.cbrt((most - segments) / C);
        }
    }

    @Override
    public void lost(int flight, long now) {
        reduce();
        window = threshold;
    }

    private void reduce() {
        double segments = window / mss;
        // Fast convergence (section 4.7): who loses below its old mark gives way to newcomers.
        most = segments < most ? segments * (1 + BETA) / 2 : segments;
        threshold = (int) Math.max(window * BETA, 2.0 * mss);
        inEpoch = false;
    }

    @Override
    public void recovered() {
        window = threshold;
    }

    @Override
    public void timedOut(int flight, boolean first, long now) {
        if (first) {
            reduce();
        }
        window = mss;
        inEpoch = false;
    }

    @Override
    public void idle() {
        window = Math.min(window, Math.min(FIRST_SEGMENTS * mss, Math.max(2 * mss, 14_600)));
        inEpoch = false;
    }
}
