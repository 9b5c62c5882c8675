package org.cofferdam.libos.net.ip;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.link.Link;
import org.cofferdam.libos.net.link.Offload;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv4;
import org.cofferdam.libos.net.wire.Ipv6;
import org.cofferdam.libos.net.wire.MacAddress;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Wire;

/**
 * The way out for packets of both families. {@link #begin} gives a place for what the packet carries, in the link's own
 * memory when its next hop is known; the caller writes there; {@link #send} puts the headers in front and commits. One
 * packet at a time.
 *
 * <p>A packet whose next hop is not known yet is written to a place of our own and waits in the neighbour cache. One that
 * is longer than the path's MTU is written there as well and leaves in fragments, if its caller allows that.
 *
 * <p>The stack's thread, allocation-free.
 */
public final class IpOutput {
    /** The link has no room now; the same packet may be tried again later. */
    public static final long NO_ROOM = -1;

    /** There is no way to the destination. */
    public static final long NO_ROUTE = -2;

    /** The packet is longer than IP can say. */
    public static final long TOO_LONG = -3;

    /** For {@link #send}: what the packet carries has its checksum already, or none. */
    public static final int NO_CHECKSUM = -1;

    private static final int HOP_LIMIT = 64;
    private static final int LONGEST = 65_535;

    private enum Way {
        COMMIT,
        WAIT,
        FRAGMENT
    }

    private final Link wire;
    private final Link loopback;
    private final Addresses addresses;
    private final PathMtu paths;
    private final Counters counters;
    private final NeighbourCache neighbours;
    private final Offload offload = new Offload();
    private final MemorySegment own = Arena.ofAuto().allocate(Ethernet.HEADER_BYTES + 40 + 70_000);
    private int identification;
    private long now;

    // The packet between begin and send.
    private Link link;
    private boolean toOurselves;
    private Way way = Way.COMMIT;
    private MemorySegment memory = own;
    private long frame;
    private boolean v4;
    private int headerBytes;
    private int protocol;
    private int hopLimit;
    private int trafficClass;
    private int mtu;
    private boolean dontFragment;
    private long nextMac;
    private long nextHigh;
    private long nextLow;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    /**
     * The way out over a link.
     *
     * @param identification where the numbers of datagrams start
     */
    IpOutput(
            Link wire,
            Link loopback,
            Addresses addresses,
            PathMtu paths,
            NeighbourCache neighbours,
            Counters counters,
            int identification) {
        this.wire = wire;
        this.link = wire;
        this.loopback = loopback;
        this.addresses = addresses;
        this.paths = paths;
        this.neighbours = neighbours;
        this.counters = counters;
        this.identification = identification;
    }

    /** Says what time it is, before a burst. */
    public void setNow(long time) {
        now = time;
    }

    /** Bytes of the longest packet to a destination that needs no fragments. */
    public int mtu(long toHigh, long toLow) {
        if (addresses.isOurs(toHigh, toLow)) {
            return loopback.mtu();
        }
        return paths.get(toHigh, toLow, wire.mtu(), now);
    }

    /** Bytes of the longest packet that the link itself carries. */
    public int linkMtu() {
        return wire.mtu();
    }

    /** Whether a TCP packet to a destination may be longer than the MTU, because the link cuts it. */
    public boolean segments(long toHigh, long toLow) {
        if (addresses.isOurs(toHigh, toLow)) {
            return false;
        }
        return IpAddress.isV4(toHigh, toLow) ? wire.features().tso4() : wire.features().tso6();
    }

    /**
     * Begins a packet.
     *
     * @param bytes the most that it will carry
     * @param mayFragment it may leave in fragments; if not, its length is the caller's concern
     * @return the offset in {@link #memory} where to write what it carries; or {@link #NO_ROOM}, {@link #NO_ROUTE},
     *     {@link #TOO_LONG}
     */
    public long begin(
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            int itsProtocol,
            int bytes,
            boolean mayFragment) {
        v4 = IpAddress.isV4(toHigh, toLow);
        headerBytes = v4 ? Ipv4.HEADER_BYTES : Ipv6.HEADER_BYTES;
        if (bytes + (v4 ? headerBytes : 0) > LONGEST) {
            return TOO_LONG;
        }
        sourceHigh = fromHigh;
        sourceLow = fromLow;
        destinationHigh = toHigh;
        destinationLow = toLow;
        protocol = itsProtocol;
        hopLimit = HOP_LIMIT;
        trafficClass = 0;
        dontFragment = !mayFragment;
        offload.clear();
        if (!findWay()) {
            counters.add(Counter.DROP_NO_ROUTE);
            return NO_ROUTE;
        }
        mtu = toOurselves ? link.mtu() : paths.get(toHigh, toLow, wire.mtu(), now);
        int packet = headerBytes + bytes;
        if (mayFragment && packet > mtu) {
            way = Way.FRAGMENT;
        }
        if (way == Way.COMMIT) {
            memory = link.memory();
            frame = link.claim(Ethernet.HEADER_BYTES + packet);
            if (frame == Link.NO_ROOM) {
                return NO_ROOM;
            }
        } else {
            memory = own;
            frame = 0;
        }
        return frame + Ethernet.HEADER_BYTES + headerBytes;
    }

    /** Sets link, way, and next hop; false if there is none. */
    private boolean findWay() {
        link = wire;
        way = Way.COMMIT;
        toOurselves = addresses.isOurs(destinationHigh, destinationLow);
        if (toOurselves) {
            link = loopback;
            nextMac = 0;
            return true;
        }
        if (IpAddress.isMulticast(destinationHigh, destinationLow)) {
            // RFC 1112, section 6.4; RFC 2464, section 7.
            nextMac =
                    v4
                            ? 0x0100_5e00_0000L | (destinationLow & 0x7f_ffff)
                            : 0x3333_0000_0000L | (destinationLow & 0xffff_ffffL);
            return true;
        }
        if (v4) {
            if (addresses.isBroadcast((int) destinationLow)) {
                nextMac = MacAddress.BROADCAST;
                return true;
            }
            int next = addresses.nextHopV4((int) destinationLow);
            if (next == 0) {
                return false;
            }
            nextHigh = 0;
            nextLow = IpAddress.mapped(next);
        } else if (addresses.isOnLinkV6(destinationHigh, destinationLow)) {
            nextHigh = destinationHigh;
            nextLow = destinationLow;
        } else if (addresses.hasV6Router()) {
            nextHigh = addresses.routerHigh();
            nextLow = addresses.routerLow();
        } else {
            return false;
        }
        nextMac = neighbours.lookUp(nextHigh, nextLow, now);
        if (nextMac == NeighbourCache.UNKNOWN) {
            way = Way.WAIT;
        }
        return true;
    }

    /** The memory that {@link #begin} counted in. */
    public MemorySegment memory() {
        return memory;
    }

    /** For a packet that is not to be forwarded or that proves that it was not (RFC 4861, section 3.1: 255). */
    public void setHopLimit(int limit) {
        hopLimit = limit;
    }

    /** For a packet of a certain class (RFC 2474): a byte. */
    public void setTrafficClass(int value) {
        trafficClass = value;
    }

    /** Has the link cut the packet into TCP segments; only where {@link #segments} says so. */
    public void segment(int payloadBytes, int transportHeaderBytes) {
        offload.gsoType = v4 ? Offload.GSO_TCPV4 : Offload.GSO_TCPV6;
        offload.gsoSize = payloadBytes;
        offload.headerLength = Ethernet.HEADER_BYTES + headerBytes + transportHeaderBytes;
    }

    /**
     * Sends the packet.
     *
     * @param bytes what it carries
     * @param checksumAt where in it a checksum with pseudo-header goes, whose field is zero now; or {@link #NO_CHECKSUM}
     */
    public void send(int bytes, int checksumAt) {
        long ip = frame + Ethernet.HEADER_BYTES;
        if (checksumAt != NO_CHECKSUM) {
            putChecksum(ip + headerBytes, bytes, checksumAt);
        }
        if (way == Way.FRAGMENT && headerBytes + bytes > mtu) {
            sendFragments(bytes);
            return;
        }
        writeIp(ip, bytes);
        int length = Ethernet.HEADER_BYTES + headerBytes + bytes;
        int type = v4 ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6;
        Ethernet.write(memory, frame, Math.max(nextMac, 0), link.mac().value(), type);
        if (way == Way.COMMIT) {
            link.commit(length, offload);
            counters.add(Counter.PACKETS_OUT);
        } else if (nextMac == NeighbourCache.UNKNOWN) {
            neighbours.keep(nextHigh, nextLow, memory, frame, length, offload);
        } else {
            commitCopy(length);
        }
    }

    /** Computes the checksum, or leaves it to the link with the pseudo-header's sum in its place. */
    private void putChecksum(long transport, int bytes, int checksumAt) {
        long sum =
                InternetChecksum.pseudoHeader(
                        sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, bytes);
        if (link.features().checksum() && way != Way.FRAGMENT) {
            Wire.putU16(memory, transport + checksumAt, InternetChecksum.fold(sum));
            offload.flags = Offload.NEEDS_CSUM;
            offload.checksumStart = (int) (transport - frame);
            offload.checksumOffset = checksumAt;
            return;
        }
        int checksum = InternetChecksum.finish(InternetChecksum.add(sum, memory, transport, bytes));
        // Zero means "none" to UDP, and its other representation is right for all (RFC 768).
        Wire.putU16(memory, transport + checksumAt, checksum == 0 ? 0xffff : checksum);
    }

    private void writeIp(long ip, int bytes) {
        if (v4) {
            Ipv4.write(
                    memory,
                    ip,
                    trafficClass,
                    headerBytes + bytes,
                    identification++ & 0xffff,
                    dontFragment ? Ipv4.DONT_FRAGMENT : 0,
                    hopLimit,
                    protocol,
                    (int) sourceLow,
                    (int) destinationLow);
        } else {
            writeIpv6(memory, ip, bytes, protocol);
        }
    }

    private void writeIpv6(MemorySegment where, long ip, int bytes, int nextHeader) {
        Ipv6.write(
                where,
                ip,
                trafficClass,
                bytes,
                nextHeader,
                hopLimit,
                sourceHigh,
                sourceLow,
                destinationHigh,
                destinationLow);
    }

    /** For a packet that was begun in our own memory although its next hop is known. */
    private void commitCopy(int length) {
        long place = link.claim(length);
        if (place == Link.NO_ROOM) {
            counters.add(Counter.DROP_NO_ROOM);
            return;
        }
        MemorySegment.copy(memory, frame, link.memory(), place, length);
        link.commit(length, offload);
        counters.add(Counter.PACKETS_OUT);
    }

    /** RFC 791, section 3.2; RFC 8200, section 4.5. Each but the last carries a multiple of eight bytes. */
    private void sendFragments(int bytes) {
        int extra = v4 ? 0 : Ipv6.FRAGMENT_HEADER_BYTES;
        int most = (mtu - headerBytes - extra) & ~7;
        int id = identification++;
        long payload = frame + Ethernet.HEADER_BYTES + headerBytes;
        int type = v4 ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6;
        for (int at = 0; at < bytes; at += most) {
            int piece = Math.min(most, bytes - at);
            boolean more = at + piece < bytes;
            int length = Ethernet.HEADER_BYTES + headerBytes + extra + piece;
            if (nextMac == NeighbourCache.UNKNOWN) {
                // Only one frame waits for a neighbour, and a part of a datagram is of no use.
                counters.add(Counter.DROP_UNRESOLVED);
                return;
            }
            long place = link.claim(length);
            if (place == Link.NO_ROOM) {
                counters.add(Counter.DROP_NO_ROOM);
                return;
            }
            MemorySegment out = link.memory();
            Ethernet.write(out, place, nextMac, link.mac().value(), type);
            long ip = place + Ethernet.HEADER_BYTES;
            if (v4) {
                Ipv4.write(
                        out,
                        ip,
                        trafficClass,
                        headerBytes + piece,
                        id & 0xffff,
                        at / 8 | (more ? Ipv4.MORE_FRAGMENTS : 0),
                        hopLimit,
                        protocol,
                        (int) sourceLow,
                        (int) destinationLow);
            } else {
                writeIpv6(out, ip, extra + piece, Protocol.FRAGMENT);
                Wire.putU16(out, ip + headerBytes, protocol << 8);
                Wire.putU16(out, ip + headerBytes + 2, at | (more ? 1 : 0));
                Wire.putI32(out, ip + headerBytes + 4, id);
            }
            MemorySegment.copy(memory, payload + at, out, ip + headerBytes + extra, piece);
            link.commit(length, offload);
            counters.add(Counter.PACKETS_OUT);
        }
    }
}
