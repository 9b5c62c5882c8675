package org.cofferdam.libos.net.ip;

import java.util.List;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.link.Link;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.IpAddress;

/**
 * All of IP put together over one link and a loopback. The stack's thread.
 *
 * <p>The transports above are given once, by {@link #connect}, since they need the way out first.
 */
public final class IpLayer {
    private final Link wire;
    private final Link loopback;
    private final Addresses addresses = new Addresses();
    private final PathMtu paths = new PathMtu();
    private final IpOutput output;
    private final IcmpV4 icmpV4;
    private final IcmpV6 icmpV6;
    private final Protocols protocols;
    private final ArpProtocol arp;
    private final NeighbourDiscovery discovery;
    private final EthernetInput fromWire;
    private final EthernetInput fromLoopback;

    /**
     * Told of next hops that do not answer, so that who waits for a connection need not wait for its timeout.
     */
    public interface NextHopListener {
        void nextHopIsSilent(long high, long low);
    }

    /** IP over a link; {@code silent} is told of next hops that do not answer. */
    public IpLayer(
            Link wire,
            Link loopback,
            TimerWheel wheel,
            Counters counters,
            RandomGenerator random,
            NextHopListener silent) {
        this.wire = wire;
        this.loopback = loopback;
        arp = new ArpProtocol(wire, addresses, wheel, counters, random);
        discovery = new NeighbourDiscovery(wire, addresses, wheel, counters);
        NeighbourCache neighbours =
                new NeighbourCache(
                        wire,
                        wheel,
                        counters,
                        (high, low, mac) -> {
                            if (IpAddress.isV4(high, low)) {
                                arp.ask((int) low);
                            } else {
                                discovery.ask(high, low);
                            }
                        },
                        silent::nextHopIsSilent);
        discovery.connect(neighbours);
        output =
                new IpOutput(
                        wire, loopback, addresses, paths, neighbours, counters, random.nextInt());
        icmpV4 = new IcmpV4(output, addresses, counters);
        icmpV6 = new IcmpV6(output, addresses, discovery, counters);
        protocols = new Protocols(icmpV4, icmpV6, counters);
        Reassembly reassembly = new Reassembly();
        Ipv4Input ipv4 = new Ipv4Input(addresses, reassembly, protocols, counters);
        Ipv6Input ipv6 = new Ipv6Input(addresses, discovery, reassembly, protocols, counters);
        fromWire =
                new EthernetInput(wire.mac().value(), false, arp, neighbours, ipv4, ipv6, counters);
        fromLoopback =
                new EthernetInput(
                        loopback.mac().value(), true, arp, neighbours, ipv4, ipv6, counters);
    }

    /** Sets the protocols above, before anything is received. */
    public void connect(Transport tcp, Transport udp) {
        protocols.connect(tcp, udp);
    }

    /** Takes in what has arrived, at most {@code limit} frames from each side. Returns how many. */
    public int receive(int limit, long now) {
        output.setNow(now);
        fromWire.setNow(now);
        fromLoopback.setNow(now);
        return loopback.poll(fromLoopback, limit) + wire.poll(fromWire, limit);
    }

    /** Ends a burst of packets. */
    public void flush() {
        wire.flush();
        loopback.flush();
    }

    /** Starts IPv6: the link-local address, then what routers advertise. */
    public void startV6(long now) {
        discovery.configuration().start(now);
    }

    /** Asks the link whether somebody has an IPv4 address, before it is used; one address at a time. */
    public void checkV4(IpAddress address, AddressVerdict verdict, long now) {
        arp.check().start(address.v4(), verdict, now);
    }

    /** Gives such a question up, without a verdict. */
    public void cancelCheckV4() {
        arp.check().cancel();
    }

    /** Tells the link that our IPv4 address is ours. */
    public void announceV4() {
        arp.announce();
    }

    /** Adds an IPv6 address if nobody on the link has it, which takes a second. */
    public void addV6(IpAddress address, AddressVerdict verdict, long now) {
        discovery
                .duplicates()
                .start(
                        address,
                        (asked, free, at) ->
                                verdict.decided(asked, free && addresses.addV6(asked), at),
                        now);
    }

    /** The name servers that routers advertise now. Any thread. */
    public List<IpAddress> advertisedServers() {
        return discovery.configuration().servers();
    }

    public Addresses addresses() {
        return addresses;
    }

    public IpOutput output() {
        return output;
    }

    public PathMtu paths() {
        return paths;
    }

    public IcmpV4 icmpV4() {
        return icmpV4;
    }

    public IcmpV6 icmpV6() {
        return icmpV6;
    }

    /** Who may receive what is for us, but is not an address of ours: the next hop towards a destination. */
    public boolean leadsThrough(long nextHigh, long nextLow, long toHigh, long toLow) {
        if (IpAddress.isV4(toHigh, toLow)) {
            return IpAddress.isV4(nextHigh, nextLow)
                    && addresses.nextHopV4((int) toLow) == (int) nextLow;
        }
        if (addresses.isOnLinkV6(toHigh, toLow)) {
            return nextHigh == toHigh && nextLow == toLow;
        }
        return nextHigh == addresses.routerHigh() && nextLow == addresses.routerLow();
    }
}
