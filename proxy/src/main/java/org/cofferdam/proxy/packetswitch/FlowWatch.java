package org.cofferdam.proxy.packetswitch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.Ipv4;
import org.cofferdam.proxy.frame.Ipv6;
import org.cofferdam.proxy.frame.Tcp;
import org.cofferdam.proxy.frame.Udp;
import org.cofferdam.proxy.frame.Wire;

/**
 * What a station begins with others and what comes back, summed up for about a second: what a record of bursts does not
 * say, and who looks for scans, floods and beacons needs. Switch thread; allocation-free; a packet of a connection that
 * goes on costs a look at its TCP flags.
 *
 * <p>All of it is of fixed size: counters, {@link FlowSketch} for how many were different, and the first {@value
 * #TARGETS} that were approached by name. Nothing is believed: a packet that is cut off or fragmented is not looked at.
 */
public final class FlowWatch {
    /** So many that were approached are kept by name. */
    public static final int TARGETS = 8;

    /** From the first packet that counts to the summary. */
    static final long PERIOD_NANOS = 1_000_000_000L;

    // RFC 826: operation, sender's and target's IP address behind the Ethernet header.
    private static final int ARP_BYTES = 28;
    private static final int ARP_OPERATION = 6;
    private static final int ARP_SENDER_IP = 14;
    private static final int ARP_TARGET_IP = 24;
    private static final int ARP_QUESTION = 1;

    // RFC 792 and RFC 4443: echo requests.
    private static final int ICMP = 1;
    private static final int ICMP_ECHO = 8;
    private static final int ICMPV6 = 58;
    private static final int ICMPV6_ECHO = 128;

    /** An IPv4 address as an IPv6 one (RFC 4291, 2.5.5.2). */
    private static final long MAPPED_IPV4 = 0xffff_0000_0000L;

    private static final int FRAGMENT_OFFSET = 0x1fff;

    /** The least bytes behind the IP header that are looked at. */
    private static final int LEAST_TRANSPORT = 8;

    private final long seed;
    private final FlowSketch tcpTargets = new FlowSketch();
    private final FlowSketch udpTargets = new FlowSketch();
    private final FlowSketch hosts = new FlowSketch();
    private final FlowSketch claims = new FlowSketch();

    private final long[] counters = new long[Counter.values().length];
    private boolean active;
    private long began;
    private long latest;

    // Those approached, by name: address, protocol and port; packets, bytes, times of first and
    // last.
    private final long[] high = new long[TARGETS];
    private final long[] low = new long[TARGETS];
    private final int[] service = new int[TARGETS];
    private final long[] packets = new long[TARGETS];
    private final long[] bytes = new long[TARGETS];
    private final long[] first = new long[TARGETS];
    private final long[] last = new long[TARGETS];
    private int targets;
    private int hit;

    /** What is counted packet by packet. */
    public enum Counter {
        /** TCP connections asked for: SYN without ACK. */
        TCP_OPENED(0),
        /** Answers to those: SYN with ACK, given to the station. */
        TCP_ANSWERED(1),
        /** TCP resets given to the station. */
        TCP_RESETS(2),
        /** TCP segments that no connection has: neither SYN nor ACK nor RST. */
        TCP_ODD(3),
        /** UDP packets sent. */
        UDP_SENT(4),
        /** UDP packets given to the station. */
        UDP_RECEIVED(5);

        private final int index;

        Counter(int index) {
            this.index = index;
        }
    }

    /**
     * Nothing seen yet.
     *
     * @param seed what no peer can guess
     */
    FlowWatch(long seed) {
        this.seed = seed;
    }

    /** The station sent a frame whose sender is its own; what becomes of it does not matter here. */
    void sent(long now, MemorySegment memory, long frame, int length) {
        long packet = frame + Ethernet.HEADER_BYTES;
        int rest = length - Ethernet.HEADER_BYTES;
        switch (Ethernet.type(memory, frame)) {
            case Ethernet.TYPE_IPV4 -> {
                int header = transportOfIpv4(memory, packet, rest);
                if (header > 0) {
                    sent(
                            now,
                            memory,
                            packet + header,
                            rest - header,
                            Ipv4.protocol(memory, packet),
                            0,
                            mapped(Ipv4.destination(memory, packet)),
                            length);
                }
            }
            case Ethernet.TYPE_IPV6 -> {
                // Who puts extension headers in front is not seen.
                if (rest >= Ipv6.HEADER_BYTES + LEAST_TRANSPORT) {
                    sent(
                            now,
                            memory,
                            packet + Ipv6.HEADER_BYTES,
                            rest - Ipv6.HEADER_BYTES,
                            Ipv6.nextHeader(memory, packet),
                            word(memory, packet + 24),
                            word(memory, packet + 32),
                            length);
                }
            }
            case Ethernet.TYPE_ARP -> {
                if (rest >= ARP_BYTES) {
                    arp(now, memory, packet);
                }
            }
            default -> {}
        }
    }

    /** Where the transport header of an IPv4 packet begins, or 0 if it is not to be looked at. */
    private static int transportOfIpv4(MemorySegment memory, long packet, int rest) {
        if (rest < Ipv4.HEADER_BYTES + LEAST_TRANSPORT) {
            return 0;
        }
        int header = Ipv4.headerBytes(memory, packet);
        // At most 60, so the sum does not overflow; only a first fragment has ports.
        return header < Ipv4.HEADER_BYTES
                        || rest < header + LEAST_TRANSPORT
                        || (Ipv4.fragment(memory, packet) & FRAGMENT_OFFSET) != 0
                ? 0
                : header;
    }

    private void sent(
            long now,
            MemorySegment memory,
            long transport,
            int rest,
            int protocol,
            long addressHigh,
            long addressLow,
            int length) {
        if (protocol == Tcp.PROTOCOL) {
            if (rest < Tcp.HEADER_BYTES) {
                return;
            }
            int flags = Tcp.flags(memory, transport);
            if ((flags & (Tcp.ACK | Tcp.RST)) != 0) {
                return;
            }
            boolean opens = (flags & Tcp.SYN) != 0;
            count(now, opens ? Counter.TCP_OPENED : Counter.TCP_ODD);
            approach(now, memory, transport, protocol, addressHigh, addressLow, length, tcpTargets);
        } else if (protocol == Udp.PROTOCOL) {
            count(now, Counter.UDP_SENT);
            approach(now, memory, transport, protocol, addressHigh, addressLow, length, udpTargets);
        } else if (isEcho(protocol, Wire.u8(memory, transport))) {
            begin(now);
            hosts.add(FlowSketch.mix(seed, addressHigh, addressLow, 0));
        }
    }

    private static boolean isEcho(int protocol, int type) {
        return (protocol == ICMP && type == ICMP_ECHO)
                || (protocol == ICMPV6 && type == ICMPV6_ECHO);
    }

    private void approach(
            long now,
            MemorySegment memory,
            long transport,
            int protocol,
            long addressHigh,
            long addressLow,
            int length,
            FlowSketch different) {
        int whom = protocol << 16 | (Tcp.ports(memory, transport) & 0xffff);
        int at = hit;
        if (at >= targets || !isAt(at, addressHigh, addressLow, whom)) {
            at = 0;
            while (at < targets && !isAt(at, addressHigh, addressLow, whom)) {
                at++;
            }
            if (at == targets) {
                // Those that are kept by name are in the sketches already.
                different.add(FlowSketch.mix(seed, addressHigh, addressLow, whom));
                hosts.add(FlowSketch.mix(seed, addressHigh, addressLow, 0));
            }
            if (at == TARGETS) {
                return;
            }
            hit = at;
        }
        if (at == targets) {
            targets++;
            high[at] = addressHigh;
            low[at] = addressLow;
            service[at] = whom;
            packets[at] = 0;
            bytes[at] = 0;
            first[at] = now;
        }
        packets[at]++;
        bytes[at] += length;
        last[at] = now;
    }

    private boolean isAt(int at, long addressHigh, long addressLow, int whom) {
        return service[at] == whom && low[at] == addressLow && high[at] == addressHigh;
    }

    private void arp(long now, MemorySegment memory, long packet) {
        begin(now);
        int own = Wire.i32(memory, packet + ARP_SENDER_IP);
        if (own != 0) {
            claims.add(FlowSketch.mix(seed, 0, mapped(own), 0));
        }
        if (Wire.u16(memory, packet + ARP_OPERATION) == ARP_QUESTION) {
            int asked = Wire.i32(memory, packet + ARP_TARGET_IP);
            hosts.add(FlowSketch.mix(seed, 0, mapped(asked), 0));
        }
    }

    /** A frame that was addressed to the station alone is on its way to it. */
    void given(long now, MemorySegment memory, long frame, int length) {
        long packet = frame + Ethernet.HEADER_BYTES;
        int rest = length - Ethernet.HEADER_BYTES;
        int header;
        int protocol;
        switch (Ethernet.type(memory, frame)) {
            case Ethernet.TYPE_IPV4 -> {
                header = transportOfIpv4(memory, packet, rest);
                protocol = header == 0 ? 0 : Ipv4.protocol(memory, packet);
            }
            case Ethernet.TYPE_IPV6 -> {
                header = rest >= Ipv6.HEADER_BYTES + LEAST_TRANSPORT ? Ipv6.HEADER_BYTES : 0;
                protocol = header == 0 ? 0 : Ipv6.nextHeader(memory, packet);
            }
            default -> {
                return;
            }
        }
        if (protocol == Tcp.PROTOCOL && rest >= header + Tcp.HEADER_BYTES) {
            int flags = Tcp.flags(memory, packet + header);
            if ((flags & Tcp.RST) != 0) {
                count(now, Counter.TCP_RESETS);
            } else if ((flags & (Tcp.SYN | Tcp.ACK)) == (Tcp.SYN | Tcp.ACK)) {
                count(now, Counter.TCP_ANSWERED);
            }
        } else if (protocol == Udp.PROTOCOL) {
            count(now, Counter.UDP_RECEIVED);
        }
    }

    private void count(long now, Counter counter) {
        begin(now);
        counters[counter.index]++;
    }

    private void begin(long now) {
        if (!active) {
            active = true;
            began = now;
        }
        latest = now;
    }

    private static long mapped(int ipv4) {
        return MAPPED_IPV4 | Integer.toUnsignedLong(ipv4);
    }

    private static long word(MemorySegment memory, long at) {
        return (long) Wire.i32(memory, at) << 32 | Integer.toUnsignedLong(Wire.i32(memory, at + 4));
    }

    /** Whether it is time for a summary. */
    boolean isDue(long now) {
        return active && now - began >= PERIOD_NANOS;
    }

    /** Whether there is anything to sum up. */
    boolean isActive() {
        return active;
    }

    /** A summary was recorded; from here on anew. */
    void clear() {
        active = false;
        targets = 0;
        Arrays.fill(counters, 0);
        tcpTargets.clear();
        udpTargets.clear();
        hosts.clear();
        claims.clear();
    }

    /** When the first packet came that the summary is of, by the switch's clock. */
    public long began() {
        return began;
    }

    /** When the last one came. */
    public long latest() {
        return latest;
    }

    /** One counter. */
    public long get(Counter counter) {
        return counters[counter.index];
    }

    /** About how many pairs of address and TCP port were approached. */
    public int tcpTargets() {
        return tcpTargets.estimate();
    }

    /** About how many pairs of address and UDP port were sent to. */
    public int udpTargets() {
        return udpTargets.estimate();
    }

    /** About how many addresses were approached: by TCP, UDP, echo requests and ARP's questions. */
    public int hosts() {
        return hosts.estimate();
    }

    /** About how many IPv4 addresses the station named as its own by ARP. */
    public int arpClaims() {
        return claims.estimate();
    }

    /** How many of those approached are kept by name. */
    public int targets() {
        return targets;
    }

    /** First half of an address that was approached; IPv4 is mapped into IPv6. */
    public long addressHigh(int target) {
        return high[target];
    }

    /** Its second half. */
    public long addressLow(int target) {
        return low[target];
    }

    /** Its IP protocol: TCP or UDP. */
    public int protocol(int target) {
        return service[target] >>> 16;
    }

    /** Its port. */
    public int port(int target) {
        return service[target] & 0xffff;
    }

    /** Packets that approached it: TCP's first ones, or all of UDP. */
    public long packets(int target) {
        return packets[target];
    }

    /** Bytes of those packets' frames. */
    public long bytes(int target) {
        return bytes[target];
    }

    /** When the first of them came, by the switch's clock. */
    public long first(int target) {
        return first[target];
    }

    /** When the last of them came. */
    public long last(int target) {
        return last[target];
    }
}
