package org.cofferdam.libos.net.stack;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.libos.net.wire.Arp;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.Icmp;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv4;
import org.cofferdam.libos.net.wire.MacAddress;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Tcp;
import org.cofferdam.libos.net.wire.Udp;
import org.cofferdam.libos.net.wire.Wire;

/**
 * A station that sends what the test wants: a stack at 10.9.0.1 with a hand-made wire, on which this one is 10.9.0.2. It
 * answers ARP, and nothing else, by itself.
 */
final class Stranger {
    static final int STACK_IP = 0x0a09_0001;
    static final int OWN_IP = 0x0a09_0002;
    static final long OWN_MAC = 0x02cf_0000_0002L;
    static final int ISN = 1000;

    final HandLink link = new HandLink();
    final NetworkStack stack;
    long now = 1_000_000_000_000L;

    Stranger(StackSettings settings) {
        stack = new NetworkStack(link, () -> now, new SplittableRandom(1), () -> {}, settings);
        stack.setV4(IpAddress.v4(STACK_IP), 24, IpAddress.v4(0x0a09_00fe));
    }

    /** Lets the stack work, answering its ARP; returns what else it sent. */
    List<MemorySegment> settle() {
        List<MemorySegment> seen = new ArrayList<>();
        boolean more = true;
        while (more) {
            more = stack.doWork() > 0;
            for (byte[] bytes : link.take()) {
                more = true;
                MemorySegment frame = MemorySegment.ofArray(bytes);
                if (Ethernet.type(frame, 0) == Ethernet.TYPE_ARP) {
                    answerArp(frame);
                } else {
                    seen.add(frame);
                }
            }
        }
        return seen;
    }

    /** Has the stack learn our Ethernet address, since only one packet waits for it. */
    void becomeKnown() {
        link.put(ipv4(OWN_IP, Protocol.ICMP, 1, 0, echo(new byte[8])));
        settle();
    }

    private void answerArp(MemorySegment question) {
        int asked = Arp.targetIp(question, Ethernet.HEADER_BYTES);
        if (Arp.operation(question, Ethernet.HEADER_BYTES) == Arp.REQUEST) {
            link.put(arp(Arp.REPLY, OWN_MAC, asked, HandLink.MAC.value(), STACK_IP));
        }
    }

    List<MemorySegment> pass(long nanos) {
        List<MemorySegment> seen = new ArrayList<>(settle());
        long until = now + nanos;
        while (now < until) {
            now = Math.clamp(stack.nextDeadline(), now + 1, until);
            seen.addAll(settle());
        }
        return seen;
    }

    static byte[] arp(int operation, long senderMac, int senderIp, long to, int targetIp) {
        byte[] bytes = new byte[Ethernet.HEADER_BYTES + Arp.BYTES];
        MemorySegment frame = MemorySegment.ofArray(bytes);
        Ethernet.write(frame, 0, to, senderMac, Ethernet.TYPE_ARP);
        Arp.write(
                frame,
                Ethernet.HEADER_BYTES,
                operation,
                senderMac,
                senderIp,
                to == MacAddress.BROADCAST ? 0 : to,
                targetIp);
        return bytes;
    }

    /** An IPv4 packet from an address to the stack. */
    static byte[] ipv4(int from, int protocol, int identification, int fragment, byte[] payload) {
        byte[] bytes = new byte[Ethernet.HEADER_BYTES + Ipv4.HEADER_BYTES + payload.length];
        MemorySegment frame = MemorySegment.ofArray(bytes);
        Ethernet.write(frame, 0, HandLink.MAC.value(), OWN_MAC, Ethernet.TYPE_IPV4);
        Ipv4.write(
                frame,
                Ethernet.HEADER_BYTES,
                Ipv4.HEADER_BYTES + payload.length,
                identification,
                fragment,
                64,
                protocol,
                from,
                STACK_IP);
        System.arraycopy(
                payload, 0, bytes, Ethernet.HEADER_BYTES + Ipv4.HEADER_BYTES, payload.length);
        return bytes;
    }

    static byte[] udp(int fromPort, int toPort, byte[] payload) {
        byte[] bytes = new byte[Udp.HEADER_BYTES + payload.length];
        MemorySegment udp = MemorySegment.ofArray(bytes);
        Udp.write(udp, 0, fromPort, toPort, bytes.length);
        System.arraycopy(payload, 0, bytes, Udp.HEADER_BYTES, payload.length);
        Udp.putChecksum(udp, 0, transportChecksum(udp, OWN_IP, Protocol.UDP, bytes.length));
        return bytes;
    }

    static byte[] echo(byte[] payload) {
        byte[] bytes = new byte[Icmp.HEADER_BYTES + payload.length];
        MemorySegment icmp = MemorySegment.ofArray(bytes);
        Icmp.write(icmp, 0, Icmp.ECHO, 0, 1);
        System.arraycopy(payload, 0, bytes, Icmp.HEADER_BYTES, payload.length);
        long sum = InternetChecksum.add(0, icmp, 0, bytes.length);
        Icmp.putChecksum(icmp, 0, InternetChecksum.finish(sum));
        return bytes;
    }

    private static int transportChecksum(MemorySegment m, int from, int protocol, int bytes) {
        long sum =
                InternetChecksum.pseudoHeader(
                        0, IpAddress.mapped(from), 0, IpAddress.mapped(STACK_IP), protocol, bytes);
        return InternetChecksum.finish(InternetChecksum.add(sum, m, 0, bytes));
    }

    /** A TCP segment without options, in a packet from an address. */
    static byte[] tcp(
            int from, int fromPort, int toPort, int seq, int ack, int flags, byte... data) {
        return tcp(from, fromPort, toPort, seq, ack, flags, new byte[0], data);
    }

    /** The same with options, a multiple of four bytes. */
    static byte[] tcp(
            int from,
            int fromPort,
            int toPort,
            int seq,
            int ack,
            int flags,
            byte[] options,
            byte[] data) {
        int headerBytes = Tcp.HEADER_BYTES + options.length;
        byte[] bytes = new byte[headerBytes + data.length];
        MemorySegment tcp = MemorySegment.ofArray(bytes);
        Tcp.write(tcp, 0, fromPort, toPort, seq, ack, headerBytes, flags, 65_000);
        System.arraycopy(options, 0, bytes, Tcp.HEADER_BYTES, options.length);
        System.arraycopy(data, 0, bytes, headerBytes, data.length);
        Tcp.putChecksum(tcp, 0, transportChecksum(tcp, from, Protocol.TCP, bytes.length));
        return ipv4(from, Protocol.TCP, 0, 0, bytes);
    }

    void send(int seq, int ack, int flags, byte... data) {
        link.put(tcp(OWN_IP, 4000, 80, seq, ack, flags, data));
    }

    /** An acknowledgment of port 4000 that says by SACK (RFC 2018) which bytes behind it have come. */
    void sendWithSack(int ack, int from, int to) {
        byte[] options = {1, 1, 5, 10, 0, 0, 0, 0, 0, 0, 0, 0};
        Wire.putI32(MemorySegment.ofArray(options), 4, from);
        Wire.putI32(MemorySegment.ofArray(options), 8, to);
        link.put(tcp(OWN_IP, 4000, 80, ISN + 1, ack, Tcp.ACK, options, new byte[0]));
    }

    /** Connects from port 4000 to 80; returns the number that the stack sends next. */
    int connect() {
        return connect(new byte[0]);
    }

    /** The same with options of the SYN. */
    int connect(byte... options) {
        link.put(tcp(OWN_IP, 4000, 80, ISN, 0, Tcp.SYN, options, new byte[0]));
        MemorySegment answer = settle().getLast();
        int ack = sequence(answer) + 1;
        send(ISN + 1, ack, Tcp.ACK);
        settle();
        return ack;
    }

    static int sequence(MemorySegment frame) {
        return Tcp.sequence(frame, Ethernet.HEADER_BYTES + Ipv4.HEADER_BYTES);
    }

    static int acknowledgment(MemorySegment frame) {
        return Tcp.acknowledgment(frame, Ethernet.HEADER_BYTES + Ipv4.HEADER_BYTES);
    }

    static int flags(MemorySegment frame) {
        return Tcp.flags(frame, Ethernet.HEADER_BYTES + Ipv4.HEADER_BYTES);
    }

    static int payloadBytes(MemorySegment frame) {
        long tcp = Ethernet.HEADER_BYTES + Ipv4.HEADER_BYTES;
        return (int) frame.byteSize() - (int) tcp - Tcp.headerBytes(frame, tcp);
    }

    /** An ICMP error that quotes a frame of the stack. */
    static byte[] icmpError(int code, int mtu, MemorySegment quoted, int sequence) {
        byte[] bytes = new byte[Icmp.HEADER_BYTES + 28];
        MemorySegment icmp = MemorySegment.ofArray(bytes);
        Icmp.write(icmp, 0, Icmp.UNREACHABLE, code, mtu);
        MemorySegment.copy(quoted, Ethernet.HEADER_BYTES, icmp, Icmp.HEADER_BYTES, 28);
        Wire.putI32(icmp, Icmp.HEADER_BYTES + 24, sequence);
        long sum = InternetChecksum.add(0, icmp, 0, bytes.length);
        Icmp.putChecksum(icmp, 0, InternetChecksum.finish(sum));
        return ipv4(0x0a09_00fe, Protocol.ICMP, 0, 0, bytes);
    }
}
