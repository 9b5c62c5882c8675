package org.cofferdam.libos.net.ip;

import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.timer.Timer;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether somebody has an IPv4 address, before it is used (RFC 5227, section 2.1), one address at a time.
 *
 * <p>Three probes 100 to 200 ms apart, and 300 ms after the last. The RFC's seconds are for links that wake up slowly; a
 * guest's card hangs at a switch, and seconds would be the longest part of its start.
 *
 * <p>The stack's thread, allocation-free but for its start.
 */
final class ArpCheck {
    private static final int PROBES = 3;
    private static final long MILLISECOND = 1_000_000;
    private static final long APART_LEAST = 100 * MILLISECOND;
    private static final long APART_MORE = 100 * MILLISECOND;
    private static final long LAST_WAIT = 300 * MILLISECOND;

    /** Sends a question whose sender has no address. */
    interface Prober {
        void probe(int address);
    }

    private final TimerWheel wheel;
    private final RandomGenerator random;
    private final Prober prober;
    private int address;
    private int sent;
    private @Nullable AddressVerdict verdict;
    private final Timer timer =
            new Timer() {
                @Override
                protected void expired(long now) {
                    goOn(now);
                }
            };

    ArpCheck(TimerWheel wheel, RandomGenerator random, Prober prober) {
        this.wheel = wheel;
        this.random = random;
        this.prober = prober;
    }

    /** Begins; one that is under way is forgotten without a verdict. */
    void start(int wanted, AddressVerdict told, long now) {
        address = wanted;
        verdict = told;
        sent = 0;
        goOn(now);
    }

    void cancel() {
        wheel.cancel(timer);
        verdict = null;
    }

    private void goOn(long now) {
        if (sent == PROBES) {
            decide(true, now);
            return;
        }
        prober.probe(address);
        sent++;
        long apart = APART_LEAST + random.nextLong(APART_MORE);
        wheel.schedule(timer, now + (sent == PROBES ? LAST_WAIT : apart));
    }

    /** Looks at an ARP packet of another station (section 2.1.1). */
    void seen(int senderIp, int targetIp, boolean request, long now) {
        if (verdict != null
                && (senderIp == address || (senderIp == 0 && request && targetIp == address))) {
            decide(false, now);
        }
    }

    private void decide(boolean free, long now) {
        AddressVerdict told = verdict;
        cancel();
        if (told != null) {
            told.decided(IpAddress.v4(address), free, now);
        }
    }
}
