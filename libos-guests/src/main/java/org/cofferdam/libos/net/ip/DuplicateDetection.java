package org.cofferdam.libos.net.ip;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.libos.net.timer.Timer;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.IpAddress;

/**
 * Tentative addresses of IPv6 (RFC 4862, section 5.4): each is asked for once, and is ours if nobody objects for a
 * second. Until then it is neither answered for nor used.
 *
 * <p>The stack's thread. As many at a time as the stack has addresses; the wire can add none.
 */
final class DuplicateDetection {
    private static final long OBJECTION_NANOS = 1_000_000_000L;

    /** Asks the link for an address without saying who asks. */
    interface Prober {
        void probe(long high, long low);
    }

    private final TimerWheel wheel;
    private final Prober prober;
    private final List<Tentative> tentative = new ArrayList<>();

    private final class Tentative extends Timer {
        private final IpAddress address;
        private final AddressVerdict verdict;

        Tentative(IpAddress address, AddressVerdict verdict) {
            this.address = address;
            this.verdict = verdict;
        }

        @Override
        protected void expired(long now) {
            decide(this, true, now);
        }
    }

    DuplicateDetection(TimerWheel wheel, Prober prober) {
        this.wheel = wheel;
        this.prober = prober;
    }

    void start(IpAddress address, AddressVerdict verdict, long now) {
        Tentative begun = new Tentative(address, verdict);
        tentative.add(begun);
        prober.probe(address.high(), address.low());
        wheel.schedule(begun, now + OBJECTION_NANOS);
    }

    boolean isTentative(long high, long low) {
        for (int i = 0; i < tentative.size(); i++) {
            IpAddress address = tentative.get(i).address;
            if (address.high() == high && address.low() == low) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is the lower half of the solicited-node group of a tentative address. */
    boolean isGroupLow(long low) {
        for (int i = 0; i < tentative.size(); i++) {
            if (Addresses.solicitedNodeLow(tentative.get(i).address.low()) == low) {
                return true;
            }
        }
        return false;
    }

    /** Somebody else has the address, or tries it at the same time (sections 5.4.3 and 5.4.4). */
    void conflict(long high, long low, long now) {
        for (Tentative one : List.copyOf(tentative)) {
            if (one.address.high() == high && one.address.low() == low) {
                wheel.cancel(one);
                decide(one, false, now);
            }
        }
    }

    private void decide(Tentative one, boolean free, long now) {
        tentative.remove(one);
        one.verdict.decided(one.address, free, now);
    }
}
