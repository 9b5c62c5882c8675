package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Writes frames for tests, in the plainest way. Methods return the builder; {@link #write} writes the frame. */
public final class TestFrame {
    public static final Mac HOST = Mac.parse("52:54:00:00:00:01");
    public static final Mac OUTSIDE = Mac.parse("52:54:00:00:00:02");

    private long destination = HOST.value();
    private long source = OUTSIDE.value();
    private boolean ipv4 = true;
    private boolean tcp = true;
    private int sourcePort = 5001;
    private int destinationPort = 40000;
    private int sequence = 1000;
    private int acknowledgement = 77;
    private int flags = Tcp.ACK;
    private int window = 512;
    private int optionWords = 3;
    private int timestamp = 123456;
    private int identification = 0xfffe;
    private int fragment = Ipv4.DONT_FRAGMENT;
    private int timeToLive = 64;
    private int typeOfService;
    private int payloadSeed;
    private int payload = 100;
    private boolean complete = true;

    /** TCP in IPv4. */
    public static TestFrame tcp4() {
        return new TestFrame();
    }

    /** TCP in IPv6. */
    public static TestFrame tcp6() {
        TestFrame frame = new TestFrame();
        frame.ipv4 = false;
        return frame;
    }

    /** UDP in IPv4. */
    public static TestFrame udp4() {
        TestFrame frame = new TestFrame();
        frame.tcp = false;
        return frame;
    }

    /** UDP in IPv6. */
    public static TestFrame udp6() {
        TestFrame frame = udp4();
        frame.ipv4 = false;
        return frame;
    }

    public TestFrame from(Mac mac) {
        source = mac.value();
        return this;
    }

    public TestFrame to(long mac) {
        destination = mac;
        return this;
    }

    public TestFrame ports(int from, int to) {
        sourcePort = from;
        destinationPort = to;
        return this;
    }

    public TestFrame sequence(int value) {
        sequence = value;
        return this;
    }

    public TestFrame acknowledgement(int value) {
        acknowledgement = value;
        return this;
    }

    public TestFrame flags(int value) {
        flags = value;
        return this;
    }

    public TestFrame window(int value) {
        window = value;
        return this;
    }

    public TestFrame timestamp(int value) {
        timestamp = value;
        return this;
    }

    public TestFrame identification(int value) {
        identification = value;
        return this;
    }

    public TestFrame fragment(int value) {
        fragment = value;
        return this;
    }

    public TestFrame timeToLive(int value) {
        timeToLive = value;
        return this;
    }

    public TestFrame typeOfService(int value) {
        typeOfService = value;
        return this;
    }

    /** Payload bytes, which are a function of the seed and their place. */
    public TestFrame payload(int seed, int bytes) {
        payloadSeed = seed;
        payload = bytes;
        return this;
    }

    /** Leaves the pseudo-header's sum in the checksum field, for somebody else to complete. */
    public TestFrame partialChecksum() {
        complete = false;
        return this;
    }

    public int transport() {
        return Ethernet.HEADER_BYTES + (ipv4 ? Ipv4.HEADER_BYTES : Ipv6.HEADER_BYTES);
    }

    public int headers() {
        return transport() + (tcp ? Tcp.HEADER_BYTES + 4 * optionWords : Udp.HEADER_BYTES);
    }

    public int length() {
        return headers() + payload;
    }

    public int checksumOffset() {
        return tcp ? Tcp.CHECKSUM : Udp.CHECKSUM;
    }

    /** The payload's byte at a place. */
    public static byte payloadByte(int seed, int place) {
        return (byte) (31 * (seed + place) ^ (seed + place) >>> 8);
    }

    /** Writes the frame. Returns its bytes. */
    public int write(MemorySegment memory, long at) {
        Ethernet.write(
                memory, at, destination, source, ipv4 ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6);
        long ip = at + Ethernet.HEADER_BYTES;
        int transportBytes = length() - transport();
        int protocol = tcp ? Tcp.PROTOCOL : Udp.PROTOCOL;
        if (ipv4) {
            Wire.putU8(memory, ip, 0x45);
            Wire.putU8(memory, ip + 1, typeOfService);
            Wire.putU16(memory, ip + 2, Ipv4.HEADER_BYTES + transportBytes);
            Wire.putU16(memory, ip + 4, identification);
            Wire.putU16(memory, ip + 6, fragment);
            Wire.putU8(memory, ip + 8, timeToLive);
            Wire.putU8(memory, ip + 9, protocol);
            Wire.putI32(memory, ip + 12, 0x0a070001);
            Wire.putI32(memory, ip + 16, 0x0a070002);
            Ipv4.putChecksum(memory, ip);
        } else {
            Wire.putI32(memory, ip, 0x60000000 | typeOfService << 20);
            Wire.putU16(memory, ip + 4, transportBytes);
            Wire.putU8(memory, ip + 6, protocol);
            Wire.putU8(memory, ip + 7, timeToLive);
            for (int i = 0; i < 32; i++) {
                Wire.putU8(memory, ip + 8 + i, 0xfd - i);
            }
        }
        long l4 = at + transport();
        Wire.putU16(memory, l4, sourcePort);
        Wire.putU16(memory, l4 + 2, destinationPort);
        if (tcp) {
            Wire.putI32(memory, l4 + 4, sequence);
            Wire.putI32(memory, l4 + 8, acknowledgement);
            Wire.putU8(memory, l4 + 12, (5 + optionWords) << 4);
            Wire.putU8(memory, l4 + 13, flags);
            Wire.putU16(memory, l4 + 14, window);
            Wire.putI32(memory, l4 + 16, 0);
            // NOP, NOP, timestamps (RFC 7323, appendix A).
            Wire.putI32(memory, l4 + 20, 0x0101080a);
            Wire.putI32(memory, l4 + 24, timestamp);
            Wire.putI32(memory, l4 + 28, 99);
        } else {
            Wire.putU16(memory, l4 + 4, transportBytes);
            Wire.putU16(memory, l4 + 6, 0);
        }
        for (int i = 0; i < payload; i++) {
            Wire.putU8(memory, at + headers() + i, payloadByte(payloadSeed, i));
        }
        int pseudo = plainSum(pseudoHeader(memory, ip, protocol, transportBytes), 0);
        Wire.putU16(memory, l4 + checksumOffset(), pseudo);
        if (complete) {
            byte[] bytes = bytes(memory, l4, transportBytes);
            int checksum = ~plainSum(bytes, 0) & 0xffff;
            Wire.putU16(memory, l4 + checksumOffset(), checksum == 0 ? 0xffff : checksum);
        }
        return length();
    }

    /** The checksum of RFC 1071 as it is explained there: 16 bits at a time. */
    public static int plainSum(byte[] bytes, int start) {
        long sum = start;
        for (int i = 0; i < bytes.length; i += 2) {
            int high = bytes[i] & 0xff;
            int low = i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0;
            sum += high << 8 | low;
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) sum;
    }

    /** Whether a frame's checksums are right, by the plain sum. */
    public static boolean checksumsRight(MemorySegment memory, long at, int length) {
        FrameView view = new FrameView();
        if (!view.parse(memory, at, length)) {
            return false;
        }
        long ip = at + view.network();
        if (view.isIpv4()
                && plainSum(bytes(memory, ip, Ipv4.headerBytes(memory, ip)), 0) != 0xffff) {
            return false;
        }
        int bytes = view.end() - view.transport();
        int pseudo = plainSum(pseudoHeader(memory, ip, view.protocol(), bytes), 0);
        return plainSum(bytes(memory, at + view.transport(), bytes), pseudo) == 0xffff;
    }

    private static byte[] pseudoHeader(
            MemorySegment memory, long ip, int protocol, int transportBytes) {
        boolean four = Ipv4.version(memory, ip) == 4;
        byte[] addresses = four ? bytes(memory, ip + 12, 8) : bytes(memory, ip + 8, 32);
        byte[] pseudo = Arrays.copyOf(addresses, addresses.length + 4);
        pseudo[addresses.length + 1] = (byte) protocol;
        pseudo[addresses.length + 2] = (byte) (transportBytes >>> 8);
        pseudo[addresses.length + 3] = (byte) transportBytes;
        return pseudo;
    }

    /** A copy of some bytes. */
    public static byte[] bytes(MemorySegment memory, long at, int length) {
        return memory.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
