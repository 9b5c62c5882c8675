package org.cofferdam.libos.net.tcp;

import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.wire.SipHash;

/**
 * SYN cookies (RFC 4987, section 3.6): the state of a handshake in its initial sequence number, so that nothing is kept.
 *
 * <pre>
 *  31 .. 27  minute, modulo 32     26 .. 24  which MSS     23 .. 0  keyed hash of all of it
 * </pre>
 *
 * Window scale, SACK and time stamps do not fit and are not offered; cookies are for times of need. A guess succeeds once
 * in 2^24 tries, in the two minutes in which cookies are taken at all.
 */
final class SynCookies {
    /** How long after the last cookie one is looked for. */
    static final long VALID_NANOS = 120_000_000_000L;

    private static final long MINUTE = 60_000_000_000L;
    private static final int[] SIZES = {88, 536, 1000, 1220, 1360, 1440, 1460, 8960};
    private static final int HASH_MASK = 0xff_ffff;

    private final SipHash hash;

    SynCookies(RandomGenerator random) {
        this.hash = new SipHash(random);
    }

    int make(Segment syn, long now) {
        int wanted = syn.options.mss == 0 ? 536 : syn.options.mss;
        int which = SIZES.length - 1;
        while (which > 0 && SIZES[which] > wanted) {
            which--;
        }
        return cookie(syn, syn.sequence, minute(now), which);
    }

    /** The MSS of the cookie that a handshake's last segment returns, or 0 if it is none. */
    int check(Segment last, long now) {
        int returned = last.acknowledgment - 1;
        int which = returned >>> 24 & 7;
        for (int age = 0; age <= 1; age++) {
            if (cookie(last, last.sequence - 1, minute(now) - age, which) == returned) {
                return SIZES[which];
            }
        }
        return 0;
    }

    private static int minute(long now) {
        return (int) (now / MINUTE) & 31;
    }

    private int cookie(Segment s, int sequence, int minute, int which) {
        long mac =
                hash.begin()
                        .add(s.remoteHigh)
                        .add(s.remoteLow)
                        .add(s.localHigh)
                        .add(s.localLow)
                        .add((long) s.remotePort << 16 | s.localPort)
                        .add((long) sequence << 8 | (minute & 31) << 3 | which)
                        .finish();
        return (minute & 31) << 27 | which << 24 | ((int) mac & HASH_MASK);
    }
}
