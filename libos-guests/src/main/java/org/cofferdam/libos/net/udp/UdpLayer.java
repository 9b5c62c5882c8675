package org.cofferdam.libos.net.udp;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.ip.IcmpError;
import org.cofferdam.libos.net.ip.IpLayer;
import org.cofferdam.libos.net.ip.IpOutput;
import org.cofferdam.libos.net.ip.Packet;
import org.cofferdam.libos.net.ip.Transport;
import org.cofferdam.libos.net.socket.BufferPool;
import org.cofferdam.libos.net.socket.DatagramRing;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.socket.Requests;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Udp;
import org.jspecify.annotations.Nullable;

/** UDP of one stack. The stack's thread, allocation-free but for opening and closing. */
public final class UdpLayer implements Transport {
    /** Bytes of the longest datagram: what IPv4's length field leaves. */
    public static final int MOST_BYTES = 65_507;

    /** A socket for which a datagram of this size fits is writable. */
    static final int USUAL_BYTES = 1472;

    private static final int FIRST_EPHEMERAL = 32_768;

    private final IpLayer ip;
    private final Counters counters;
    private final Requests requests;
    private final BufferPool pool;
    private final RandomGenerator random;
    private final @Nullable UdpSocket[] sockets = new @Nullable UdpSocket[65_536];

    /** Those whose datagrams found no room on the link. */
    private final ArrayDeque<UdpSocket> blocked = new ArrayDeque<>();

    private long now;

    /** UDP over a stack's IP. */
    public UdpLayer(
            IpLayer ip,
            Counters counters,
            Requests requests,
            BufferPool pool,
            RandomGenerator random) {
        this.ip = ip;
        this.counters = counters;
        this.requests = requests;
        this.pool = pool;
        this.random = random;
    }

    /** Says what time it is, before a burst. */
    public void setNow(long time) {
        now = time;
    }

    /**
     * A socket that is bound.
     *
     * @param address one of ours, or "any"
     * @param port 0 to be given one, chosen at random (RFC 6056, section 3.3.1)
     * @param bytes of each of its two rings; 0 for 256 KiB
     * @throws NetException if the address is not ours, the port in use or the pool empty
     */
    public UdpSocket open(IpAddress address, int port, int bytes) throws NetException {
        if (!address.isAny() && !ip.addresses().isOurs(address.high(), address.low())) {
            throw new NetException(NetError.ADDRESS_NOT_OURS, address.toString());
        }
        int taken = port == 0 ? ephemeral() : port;
        if (sockets[taken] != null) {
            throw new NetException(NetError.PORT_IN_USE, "port " + taken);
        }
        // Twice the longest datagram, so that one always fits.
        int size = BufferPool.sizeFor(Math.max(bytes == 0 ? 256 << 10 : bytes, 128 << 10));
        MemorySegment in = pool.take(size);
        MemorySegment out = in == null ? null : pool.take(size);
        if (in == null || out == null) {
            if (in != null) {
                pool.give(in);
            }
            throw new NetException(NetError.NO_BUFFERS, "port " + taken);
        }
        UdpSocket socket =
                new UdpSocket(
                        requests,
                        this,
                        address,
                        taken,
                        new DatagramRing(in),
                        new DatagramRing(out));
        sockets[taken] = socket;
        return socket;
    }

    private int ephemeral() throws NetException {
        int count = 65_536 - FIRST_EPHEMERAL;
        int start = random.nextInt(count);
        for (int i = 0; i < count; i++) {
            int port = FIRST_EPHEMERAL + (start + i) % count;
            if (sockets[port] == null) {
                return port;
            }
        }
        throw new NetException(NetError.NO_PORT, "UDP");
    }

    void close(UdpSocket socket) {
        if (socket.equals(sockets[socket.port])) {
            sockets[socket.port] = null;
            blocked.remove(socket);
            pool.give(socket.incoming.memory());
            pool.give(socket.outgoing.memory());
        }
    }

    @Override
    public void packet(Packet p) {
        // RFC 768; RFC 1122, section 4.1.3: a whole header, and a length within the packet.
        if (p.length < Udp.HEADER_BYTES) {
            counters.add(Counter.DROP_UDP);
            return;
        }
        int length = Udp.length(p.memory, p.offset);
        if (length < Udp.HEADER_BYTES || length > p.length) {
            counters.add(Counter.DROP_UDP);
            return;
        }
        if (!hasRightChecksum(p, length)) {
            counters.add(Counter.DROP_CHECKSUM);
            return;
        }
        UdpSocket socket = sockets[Udp.destinationPort(p.memory, p.offset)];
        if (socket == null || !(p.toGroup || socket.isFor(p.destinationHigh, p.destinationLow))) {
            counters.add(Counter.DROP_UDP_NO_SOCKET);
            if (IpAddress.isV4(p.destinationHigh, p.destinationLow)) {
                ip.icmpV4().portUnreachable(p, now);
            } else {
                ip.icmpV6().portUnreachable(p, now);
            }
            return;
        }
        int from = Udp.sourcePort(p.memory, p.offset);
        if (!socket.isFrom(p.sourceHigh, p.sourceLow, from)) {
            counters.add(Counter.DROP_UDP);
            return;
        }
        if (socket.incoming.put(
                p.memory,
                p.offset + Udp.HEADER_BYTES,
                length - Udp.HEADER_BYTES,
                p.sourceHigh,
                p.sourceLow,
                from)) {
            socket.arrived();
        } else {
            counters.add(Counter.DROP_UDP_FULL);
        }
    }

    private static boolean hasRightChecksum(Packet p, int length) {
        if (p.checksumKnownGood) {
            return true;
        }
        if (Udp.checksum(p.memory, p.offset) == 0) {
            // RFC 768: none was made. IPv6 does not allow that (RFC 8200, section 8.1).
            return IpAddress.isV4(p.destinationHigh, p.destinationLow);
        }
        long sum =
                InternetChecksum.pseudoHeader(
                        p.sourceHigh,
                        p.sourceLow,
                        p.destinationHigh,
                        p.destinationLow,
                        Protocol.UDP,
                        length);
        return InternetChecksum.isRight(InternetChecksum.add(sum, p.memory, p.offset, length));
    }

    @Override
    public void error(IcmpError e) {
        UdpSocket socket = sockets[e.localPort];
        boolean ours =
                socket != null
                        && socket.peer() != null
                        && socket.isFrom(e.remoteHigh, e.remoteLow, e.remotePort);
        if (!ours || socket == null) {
            counters.add(Counter.DROP_ICMP);
            return;
        }
        switch (e.kind) {
            case PACKET_TOO_BIG -> {
                int tried = ip.output().mtu(e.remoteHigh, e.remoteLow);
                ip.paths().lower(e.remoteHigh, e.remoteLow, e.mtu, tried, now);
            }
            case PORT_UNREACHABLE, PROTOCOL_UNREACHABLE -> socket.peerRefuses();
            default -> {
                // It may pass (RFC 1122, section 3.2.2.1).
            }
        }
    }

    /** Sends all datagrams of a socket, or as many as the link has room for. */
    void sendAll(UdpSocket socket) {
        DatagramRing ring = socket.outgoing;
        boolean some = false;
        int at;
        while ((at = ring.first()) >= 0) {
            if (!send(socket, ring, at)) {
                if (!blocked.contains(socket)) {
                    blocked.add(socket);
                }
                break;
            }
            ring.remove(at);
            some = true;
        }
        if (some) {
            socket.drained();
        }
    }

    /** Sends again what found no room. Returns how many sockets had such. */
    public int flush() {
        int waiting = blocked.size();
        for (int i = 0; i < waiting; i++) {
            sendAll(blocked.remove());
        }
        return waiting;
    }

    /** Whether a socket waits for room on the link. */
    public boolean isBlocked() {
        return !blocked.isEmpty();
    }

    /** False if the link has no room; a datagram without a way is gone. */
    private boolean send(UdpSocket socket, DatagramRing ring, int at) {
        long toHigh = ring.high(at);
        long toLow = ring.low(at);
        IpAddress local = socket.localAddress();
        if (local.isAny()) {
            local = ip.addresses().sourceFor(new IpAddress(toHigh, toLow));
        }
        int bytes = Udp.HEADER_BYTES + ring.bytes(at);
        long place =
                ip.output()
                        .begin(local.high(), local.low(), toHigh, toLow, Protocol.UDP, bytes, true);
        if (place < 0) {
            return place != IpOutput.NO_ROOM;
        }
        ip.output().setTrafficClass(socket.trafficClass());
        if (IpAddress.isMulticast(toHigh, toLow)) {
            ip.output().setHopLimit(socket.groupHops());
        }
        MemorySegment memory = ip.output().memory();
        Udp.write(memory, place, socket.port, ring.port(at), bytes);
        MemorySegment.copy(
                ring.memory(), ring.payload(at), memory, place + Udp.HEADER_BYTES, ring.bytes(at));
        ip.output().send(bytes, Udp.CHECKSUM);
        return true;
    }
}
