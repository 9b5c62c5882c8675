package org.cofferdam.proxy.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.binding.net.PacketSocket;
import org.cofferdam.binding.net.Tap;
import org.cofferdam.proxy.frame.Mac;

/**
 * A host (10.77.0.1 on the tap {@code cof0}), the domain (the tap's other end), and veth pairs p0-c0, p1-c1 and w0-w1
 * whose far ends are worked by packet sockets, as a container and an outside network would work them.
 */
final class TestNetwork implements AutoCloseable {
    static final String TAP = "cof0";
    static final Mac HOST = Mac.parse("02:00:00:00:00:01");
    static final Mac OUTSIDE = Mac.parse("02:00:00:00:00:99");
    static final int MTU = 1500;
    private static final int BUFFER = 1 << 17;

    final Tap tap;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER, 8);
    private final List<PacketSocket> peers = new ArrayList<>();
    private final DatagramChannel host;
    private final List<List<Integer>> received = new ArrayList<>();

    /** @param far the far ends to open: c0, c1, w1 */
    TestNetwork(String... far) throws IOException {
        InNetworkNamespace.prefix();
        Command.line("sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
        Command.line("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
        tap = Tap.create(TAP, 1);
        NetDevice.setMac(TAP, HOST.bytes());
        NetDevice.setMtu(TAP, MTU);
        tap.setOffloads(true, true, true);
        NetDevice.setUp(TAP, true);
        NetDevice.setUp("lo", true);
        Command.line("ip addr add 10.77.0.1/24 brd + dev " + TAP);
        for (String end : far) {
            String near = (end.startsWith("c") ? "p" : "w") + end.charAt(end.length() - 1);
            near = near.startsWith("w") ? "w0" : near;
            Command.line("ip link add " + near + " type veth peer name " + end);
            NetDevice.setUp(near, true);
            NetDevice.setUp(end, true);
            peers.add(PacketSocket.open(end, 64, 2048));
            // This host's own stack must not hear what arrives there: classic BPF, return
            // TC_ACT_SHOT.
            Command.line("tc qdisc add dev " + end + " clsact");
            Command.run(
                    "tc",
                    "filter",
                    "add",
                    "dev",
                    end,
                    "ingress",
                    "protocol",
                    "all",
                    "bpf",
                    "da",
                    "bytecode",
                    "1,6 0 0 2");
        }
        for (int i = 0; i < far.length + 2; i++) {
            received.add(new ArrayList<>());
        }
        host = DatagramChannel.open();
        host.configureBlocking(false);
        host.setOption(java.net.StandardSocketOptions.SO_BROADCAST, true);
        host.bind(new InetSocketAddress(Packet.PORT));
    }

    static Mac peer(int i) {
        return new Mac(0x0200_0000_0010L + i);
    }

    static int ifindex(String name) {
        return NetDevice.index(name);
    }

    /** Tells the host's stack which address 10.77.0.{@code last} has. */
    void neighbour(int last, Mac mac) {
        Command.line(
                "ip neigh replace 10.77.0."
                        + last
                        + " lladdr "
                        + mac
                        + " nud permanent dev "
                        + TAP);
    }

    /** The domain sends a frame as it is. */
    void fromDomain(byte[] frame) {
        fromDomain(frame, new byte[Tap.HEADER_BYTES]);
    }

    void fromDomain(byte[] frame, byte[] header) {
        MemorySegment.copy(header, 0, buffer, ValueLayout.JAVA_BYTE, 0, header.length);
        MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, header.length, frame.length);
        int length = header.length + frame.length;
        int written = tap.write(0, buffer, 0, length);
        if (written != length) {
            throw new IllegalStateException("the tap took " + written + " of " + length);
        }
    }

    /** A peer sends a frame. */
    void fromPeer(int i, byte[] frame) {
        PacketSocket socket = peers.get(i);
        long at = socket.sendSlotOffset(0);
        socket.sendSlots().asSlice(at, PacketSocket.HEADER_BYTES).fill((byte) 0);
        MemorySegment.copy(
                frame,
                0,
                socket.sendSlots(),
                ValueLayout.JAVA_BYTE,
                at + PacketSocket.HEADER_BYTES,
                frame.length);
        socket.sendLength(0, PacketSocket.HEADER_BYTES + frame.length);
        if (socket.send(1) != 1) {
            throw new IllegalStateException("the packet was not sent");
        }
    }

    /** The host's stack sends a UDP packet of {@code bytes} to 10.77.0.{@code last}. */
    void fromHost(int last, int id, int bytes) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(bytes).putInt(0, id);
        host.send(
                data,
                new InetSocketAddress(
                        InetAddress.getByAddress(new byte[] {10, 77, 0, (byte) last}),
                        Packet.PORT));
    }

    /** The numbers of the packets that the domain has got so far. */
    List<Integer> atDomain() {
        List<Integer> ids = received.get(0);
        int length;
        while ((length = tap.read(0, buffer, 0, BUFFER)) >= 0) {
            note(ids, buffer, Tap.HEADER_BYTES, length - Tap.HEADER_BYTES);
        }
        return ids;
    }

    /** The numbers of the packets that the host's stack has got so far. */
    List<Integer> atHost() throws IOException {
        List<Integer> ids = received.get(1);
        ByteBuffer data = ByteBuffer.allocate(4096);
        while (host.receive(data.clear()) != null) {
            ids.add(data.getInt(0));
        }
        return ids;
    }

    /** The numbers of the packets that a peer has got so far. */
    List<Integer> atPeer(int i) {
        List<Integer> ids = received.get(2 + i);
        PacketSocket socket = peers.get(i);
        int count;
        while ((count = socket.receive()) > 0) {
            for (int slot = 0; slot < count; slot++) {
                note(
                        ids,
                        socket.slots(),
                        socket.slotOffset(slot) + PacketSocket.HEADER_BYTES,
                        socket.length(slot) - PacketSocket.HEADER_BYTES);
            }
        }
        return ids;
    }

    private static void note(List<Integer> ids, MemorySegment memory, long at, int length) {
        int id = Packet.id(memory.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
        if (id >= 0) {
            ids.add(id);
        }
    }

    @Override
    public void close() throws IOException {
        host.close();
        peers.forEach(PacketSocket::close);
        tap.close();
        for (String near : List.of("p0", "p1", "w0")) {
            if (NetDevice.index(near) != 0) {
                Command.line("ip link del " + near);
            }
        }
        arena.close();
    }
}
