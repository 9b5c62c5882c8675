package org.cofferdam.libos.net.ip;

import java.util.List;
import org.cofferdam.libos.net.timer.Timer;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.Icmp;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;
import org.cofferdam.libos.net.wire.Wire;

/**
 * IPv6 addresses without a server (RFC 4862): the link-local one, and one for each prefix that a router advertises.
 *
 * <pre>
 *  OFF --start--&gt; TENTATIVE --nobody objects for a second--&gt; ASKING --advertisement, or asked three times--&gt; DONE
 *                     |
 *                     somebody objects: CONFLICT, IPv6 stays off
 * </pre>
 *
 * The interface part is made from the Ethernet address (RFC 4291, appendix A), so that the monitor, who gave that one,
 * knows which addresses are the guest's. The other addresses share it and are not probed again (RFC 4862, section 5.4).
 *
 * <p>An advertisement is anybody's word on the link. It can add eight addresses and one router, and no more.
 */
final class Autoconfiguration {
    private enum State {
        OFF,
        TENTATIVE,
        ASKING,
        DONE,
        CONFLICT
    }

    private static final long SECOND = 1_000_000_000L;
    private static final int ASKED_MOST = 3;

    // A router advertisement (RFC 4861, section 4.2) and its prefix option (section 4.6.2).
    private static final int ROUTER_LIFETIME = 6;
    private static final int OPTIONS = 16;
    private static final int OPTION_PREFIX = 3;
    private static final int PREFIX_BYTES = 32;
    private static final int ON_LINK = 0x80;
    private static final int AUTONOMOUS = 0x40;

    private final Addresses addresses;
    private final TimerWheel wheel;
    private final NeighbourDiscovery discovery;
    private final DuplicateDetection duplicates;
    private final AdvertisedServers servers;
    private final long interfacePart;
    private final IpAddress linkLocal;
    private State state = State.OFF;
    private int asked;
    private final Timer timer =
            new Timer() {
                @Override
                protected void expired(long now) {
                    goOn(now);
                }
            };
    private final Timer routerExpiry =
            new Timer() {
                @Override
                protected void expired(long now) {
                    addresses.setV6Router(IpAddress.ANY_V6);
                }
            };

    Autoconfiguration(
            MacAddress mac,
            Addresses addresses,
            TimerWheel wheel,
            NeighbourDiscovery discovery,
            DuplicateDetection duplicates) {
        this.addresses = addresses;
        this.wheel = wheel;
        this.discovery = discovery;
        this.duplicates = duplicates;
        this.servers = new AdvertisedServers(wheel);
        // The universal bit is turned over, and ff:fe put into the middle.
        long turned = mac.value() ^ 0x0200_0000_0000L;
        this.interfacePart = (turned >>> 24 << 40) | 0xff_fe00_0000L | (turned & 0xff_ffffL);
        this.linkLocal = new IpAddress(0xfe80_0000_0000_0000L, interfacePart);
    }

    void start(long now) {
        if (state == State.OFF) {
            state = State.TENTATIVE;
            duplicates.start(linkLocal, (address, free, at) -> decided(free, at), now);
        }
    }

    private void decided(boolean free, long now) {
        if (!free) {
            state = State.CONFLICT;
            return;
        }
        boolean ignored = addresses.addV6(linkLocal);
        assert ignored;
        state = State.ASKING;
        goOn(now);
    }

    List<IpAddress> servers() {
        return servers.all();
    }

    private void goOn(long now) {
        if (state == State.ASKING && asked++ < ASKED_MOST) {
            discovery.solicitRouters(linkLocal);
            wheel.schedule(timer, now + 4 * SECOND);
        } else {
            state = State.DONE;
        }
    }

    /** Takes a router advertisement. False if RFC 4861, section 6.1.2 says to ignore it. */
    boolean advertised(Packet p, long now) {
        if (p.length < OPTIONS
                || !IpAddress.isLinkLocalV6(p.sourceHigh)
                || !NeighbourDiscovery.optionsAreWhole(p, OPTIONS)) {
            return false;
        }
        if (state != State.ASKING && state != State.DONE) {
            return true;
        }
        state = State.DONE;
        int lifetime = Wire.u16(p.memory, p.offset + ROUTER_LIFETIME);
        IpAddress router = new IpAddress(p.sourceHigh, p.sourceLow);
        if (lifetime > 0) {
            addresses.setV6Router(router);
            wheel.schedule(routerExpiry, now + lifetime * SECOND);
        } else if (addresses.routerHigh() == router.high()
                && addresses.routerLow() == router.low()) {
            addresses.setV6Router(IpAddress.ANY_V6);
        }
        for (int at = OPTIONS; at < p.length; at += Wire.u8(p.memory, p.offset + at + 1) * 8) {
            if (Wire.u8(p.memory, p.offset + at) == OPTION_PREFIX
                    && Wire.u8(p.memory, p.offset + at + 1) * 8 == PREFIX_BYTES) {
                takePrefix(p, p.offset + at);
            } else if (Wire.u8(p.memory, p.offset + at) == AdvertisedServers.OPTION) {
                servers.advertised(p, p.offset + at, now);
            }
        }
        return true;
    }

    private void takePrefix(Packet p, long option) {
        int bits = Wire.u8(p.memory, option + 2);
        int flags = Wire.u8(p.memory, option + 3);
        int validSeconds = Wire.i32(p.memory, option + 4);
        long high = Wire.i64(p.memory, option + 16);
        // RFC 4862, section 5.5.3: not the link-local prefix, nothing that is over already; and our
        // interface part has 64 bits. A group or ::/64, where IPv4 is mapped, is no prefix of ours.
        if (IpAddress.isLinkLocalV6(high)
                || high >>> 56 == 0xff
                || high == 0
                || validSeconds == 0
                || bits > 128) {
            return;
        }
        if ((flags & ON_LINK) != 0) {
            addresses.addOnLinkV6(new IpAddress(high, Wire.i64(p.memory, option + 24)), bits);
        }
        if ((flags & AUTONOMOUS) != 0 && bits == 64) {
            addresses.addV6(new IpAddress(high, interfacePart));
        }
    }

    /** For tests and for who shows it: how far it got. */
    @Override
    public String toString() {
        return state + " after " + asked + " questions for " + Icmp.ROUTER_ADVERTISEMENT;
    }
}
