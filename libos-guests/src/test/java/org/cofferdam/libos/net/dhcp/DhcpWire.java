package org.cofferdam.libos.net.dhcp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.cofferdam.libos.net.stack.HandLink;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.stack.StackSettings;
import org.cofferdam.libos.net.wire.Arp;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv4;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Udp;
import org.cofferdam.libos.net.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * A client on a stack, and by hand the link and the server, 10.9.0.2. Time passes only here, from one timer to the next, so
 * that days cost nothing.
 */
final class DhcpWire {
    static final long SECOND = 1_000_000_000L;
    static final long OTHER_MAC = 0x02cf_0000_0002L;

    private static final int IP = Ethernet.HEADER_BYTES;
    private static final int UDP = IP + Ipv4.HEADER_BYTES;
    private static final int DHCP = UDP + Udp.HEADER_BYTES;

    final HandLink link = new HandLink();
    final NetworkStack stack;
    final DhcpClient client;
    final List<Question> asked = new ArrayList<>();
    final List<@Nullable Lease> told = new ArrayList<>();
    long now = 1_000_000_000_000L;

    /** Who has the address when the client asks the link. */
    boolean addressIsTaken;

    private Script script = question -> List.of();

    /** A client's message as it was seen on the wire. */
    record Question(
            long at,
            MessageType type,
            int xid,
            IpAddress own,
            IpAddress from,
            IpAddress to,
            Map<Integer, List<Integer>> options) {
        @Nullable IpAddress address(int code) {
            List<Integer> b = options.get(code);
            return b == null
                    ? null
                    : IpAddress.v4(b.get(0) << 24 | b.get(1) << 16 | b.get(2) << 8 | b.get(3));
        }
    }

    /** What the server says to a question. */
    interface Script {
        List<byte[]> answer(Question question);
    }

    DhcpWire(long seed) {
        stack =
                new NetworkStack(
                        link,
                        () -> now,
                        new SplittableRandom(seed),
                        () -> {},
                        StackSettings.DEFAULT);
        client = new DhcpClient(stack, new SplittableRandom(seed + 1), null, told::add);
    }

    /** The server does this from now on. */
    void serve(Script newScript) {
        script = newScript;
    }

    /** What an honest server says. */
    static List<byte[]> honest(Question q) {
        return switch (q.type) {
            case DISCOVER -> List.of(Written.lease(MessageType.OFFER, q.xid).end());
            case REQUEST -> List.of(Written.lease(MessageType.ACK, q.xid).end());
            default -> List.of();
        };
    }

    /** Lets time pass. */
    void pass(long nanos) {
        long until = now + nanos;
        settle();
        while (now < until) {
            now = Math.clamp(stack.nextDeadline(), now + 1, until);
            settle();
        }
    }

    private void settle() {
        boolean more = true;
        while (more) {
            more = stack.doWork() > 0;
            for (byte[] bytes : link.take()) {
                more = true;
                see(MemorySegment.ofArray(bytes));
            }
        }
    }

    private void see(MemorySegment frame) {
        if (Ethernet.type(frame, 0) == Ethernet.TYPE_ARP) {
            answerArp(frame);
            return;
        }
        Question question = question(frame);
        asked.add(question);
        for (byte[] reply : script.answer(question)) {
            link.put(frame(Written.SERVER, 67, reply));
        }
    }

    private void answerArp(MemorySegment frame) {
        int target = Arp.targetIp(frame, IP);
        boolean taken = addressIsTaken && target == Written.GIVEN.v4();
        if (target == Written.SERVER.v4() || taken) {
            byte[] bytes = new byte[IP + Arp.BYTES];
            MemorySegment reply = MemorySegment.ofArray(bytes);
            long to = HandLink.MAC.value();
            Ethernet.write(reply, 0, to, OTHER_MAC, Ethernet.TYPE_ARP);
            int asker = Arp.senderIp(frame, IP);
            Arp.write(reply, IP, Arp.REPLY, OTHER_MAC, target, to, asker);
            link.put(bytes);
        }
    }

    private Question question(MemorySegment frame) {
        if (Udp.sourcePort(frame, UDP) != 68 || Udp.destinationPort(frame, UDP) != 67) {
            throw new AssertionError("no message of a DHCP client");
        }
        int length = Udp.length(frame, UDP) - Udp.HEADER_BYTES;
        byte[] m = frame.asSlice(DHCP, length).toArray(ValueLayout.JAVA_BYTE);
        Map<Integer, List<Integer>> options = new TreeMap<>();
        for (int at = 240; m[at] != (byte) 255; at += 2 + (m[at + 1] & 0xff)) {
            List<Integer> data = new ArrayList<>();
            for (int i = 0; i < (m[at + 1] & 0xff); i++) {
                data.add(m[at + 2 + i] & 0xff);
            }
            options.put(m[at] & 0xff, data);
        }
        MemorySegment message = MemorySegment.ofArray(m);
        MessageType type =
                MessageType.of(
                        options.getOrDefault(DhcpOption.MESSAGE_TYPE, List.of(0)).getFirst());
        if (type == null || Wire.i32(message, 236) != DhcpQuestion.COOKIE) {
            throw new AssertionError("no type, or no cookie");
        }
        return new Question(
                now,
                type,
                Wire.i32(message, 4),
                IpAddress.v4(Wire.i32(message, 12)),
                IpAddress.v4(Ipv4.source(frame, IP)),
                IpAddress.v4(Ipv4.destination(frame, IP)),
                options);
    }

    /** A datagram to the client's port, to the card alone, as servers send it that know its Ethernet address. */
    static byte[] frame(IpAddress from, int fromPort, byte[] payload) {
        byte[] bytes = new byte[DHCP + payload.length];
        MemorySegment f = MemorySegment.ofArray(bytes);
        int udpBytes = Udp.HEADER_BYTES + payload.length;
        IpAddress to = Written.GIVEN;
        Ethernet.write(f, 0, HandLink.MAC.value(), OTHER_MAC, Ethernet.TYPE_IPV4);
        int total = Ipv4.HEADER_BYTES + udpBytes;
        Ipv4.write(f, IP, total, 1, 0, 64, Protocol.UDP, from.v4(), to.v4());
        Udp.write(f, UDP, fromPort, 68, udpBytes);
        System.arraycopy(payload, 0, bytes, DHCP, payload.length);
        long sum =
                InternetChecksum.pseudoHeader(
                        from.high(), from.low(), to.high(), to.low(), Protocol.UDP, udpBytes);
        sum = InternetChecksum.add(sum, f, UDP, udpBytes);
        Udp.putChecksum(f, UDP, InternetChecksum.finish(sum));
        return bytes;
    }

    List<MessageType> types() {
        return asked.stream().map(Question::type).toList();
    }

    /** The stack's IPv4 address, "any" for none. */
    IpAddress address() {
        return IpAddress.v4(stack.ip().addresses().v4());
    }
}
