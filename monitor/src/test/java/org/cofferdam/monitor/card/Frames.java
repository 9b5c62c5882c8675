package org.cofferdam.monitor.card;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Frames for tests, and a plain reference of checksums and segmentation that shares no code with the card. */
final class Frames {
    static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};

    private Frames() {}

    /** A frame of a type without meaning, filled with a pattern. */
    static byte[] plain(byte[] to, int length) {
        byte[] frame = new byte[length];
        for (int i = 14; i < length; i++) {
            frame[i] = (byte) (i * 7);
        }
        System.arraycopy(to, 0, frame, 0, 6);
        System.arraycopy(MockDriver.PEER, 0, frame, 6, 6);
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xb5;
        return frame;
    }

    /** TCP in IPv4 or IPv6, with right checksums. */
    static byte[] tcp(boolean ipv4, int payload, int flags) {
        int ip = ipv4 ? 20 : 40;
        byte[] frame = new byte[14 + ip + 20 + payload];
        ByteBuffer b = ByteBuffer.wrap(frame);
        b.put(MockDriver.MAC).put(MockDriver.PEER).putShort((short) (ipv4 ? 0x0800 : 0x86dd));
        ip(b, ipv4, 6, 20 + payload);
        b.putShort((short) 40000).putShort((short) 443).putInt(0xfffff000).putInt(77);
        b.put((byte) 0x50).put((byte) flags).putShort((short) 512).putInt(0);
        for (int i = 0; i < payload; i++) {
            b.put((byte) (i * 31 + (i >> 8)));
        }
        fixChecksums(frame);
        return frame;
    }

    /** UDP in IPv4 or IPv6, with right checksums. */
    static byte[] udp(boolean ipv4, int payload) {
        int ip = ipv4 ? 20 : 40;
        byte[] frame = new byte[14 + ip + 8 + payload];
        ByteBuffer b = ByteBuffer.wrap(frame);
        b.put(MockDriver.MAC).put(MockDriver.PEER).putShort((short) (ipv4 ? 0x0800 : 0x86dd));
        ip(b, ipv4, 17, 8 + payload);
        b.putShort((short) 5000)
                .putShort((short) 53)
                .putShort((short) (8 + payload))
                .putShort((short) 0);
        for (int i = 0; i < payload; i++) {
            b.put((byte) (i * 13));
        }
        fixChecksums(frame);
        return frame;
    }

    private static void ip(ByteBuffer b, boolean ipv4, int protocol, int bytes) {
        if (ipv4) {
            b.putShort((short) 0x4500).putShort((short) (20 + bytes)).putShort((short) 0xfffe);
            b.putShort((short) 0x4000).put((byte) 64).put((byte) protocol).putShort((short) 0);
            b.put(new byte[] {10, 0, 0, 1, 10, 0, 0, 2});
        } else {
            b.putInt(0x6000_0000).putShort((short) bytes).put((byte) protocol).put((byte) 64);
            b.put(new byte[] {(byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
            b.put(new byte[] {(byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
        }
    }

    static boolean isIpv4(byte[] frame) {
        return u16(frame, 12) == 0x0800;
    }

    static int transportStart(byte[] frame) {
        return isIpv4(frame) ? 34 : 54;
    }

    static boolean isTcp(byte[] frame) {
        return (isIpv4(frame) ? frame[23] : frame[20]) == 6;
    }

    static int transportField(byte[] frame) {
        return transportStart(frame) + (isTcp(frame) ? 16 : 6);
    }

    static int u16(byte[] frame, int at) {
        return (frame[at] & 0xff) << 8 | (frame[at + 1] & 0xff);
    }

    static void put16(byte[] frame, int at, int value) {
        frame[at] = (byte) (value >> 8);
        frame[at + 1] = (byte) value;
    }

    /** The sum by the book, two bytes at a time. */
    static int sum(byte[] bytes, int from, int to, long start) {
        long sum = start;
        for (int i = from; i < to; i += 2) {
            sum += (bytes[i] & 0xff) << 8;
            if (i + 1 < to) {
                sum += bytes[i + 1] & 0xff;
            }
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) sum;
    }

    /** The sum of the pseudo-header; {@code bytes} 0 for what a segmentation wants. */
    static int pseudoHeader(byte[] frame, int bytes) {
        int protocol = isTcp(frame) ? 6 : 17;
        return isIpv4(frame)
                ? sum(frame, 26, 34, protocol + (long) bytes)
                : sum(frame, 22, 54, protocol + (long) bytes);
    }

    static int ipEnd(byte[] frame) {
        return isIpv4(frame) ? 14 + u16(frame, 16) : 54 + u16(frame, 18);
    }

    static void fixChecksums(byte[] frame) {
        if (isIpv4(frame)) {
            put16(frame, 24, 0);
            put16(frame, 24, ~sum(frame, 14, 34, 0));
        }
        int start = transportStart(frame);
        int end = ipEnd(frame);
        put16(frame, transportField(frame), 0);
        int value = ~sum(frame, start, end, pseudoHeader(frame, end - start)) & 0xffff;
        put16(frame, transportField(frame), value == 0 && !isTcp(frame) ? 0xffff : value);
    }

    /** What a stack hands to a card that makes both checksums: IP 0, transport with the pseudo-header's sum. */
    static byte[] withoutChecksums(byte[] frame, boolean lengthInPseudoHeader) {
        byte[] copy = frame.clone();
        if (isIpv4(copy)) {
            put16(copy, 24, 0);
        }
        int bytes = lengthInPseudoHeader ? ipEnd(copy) - transportStart(copy) : 0;
        put16(copy, transportField(copy), pseudoHeader(copy, bytes));
        return copy;
    }

    /** The n-th segment of a large TCP frame, made the slow way. */
    static byte[] segment(byte[] frame, int mss, int n) {
        int header = transportStart(frame) + 20;
        int payload = frame.length - header;
        int from = n * mss;
        int part = Math.min(mss, payload - from);
        byte[] out = Arrays.copyOf(frame, header + part);
        System.arraycopy(frame, header + from, out, header, part);
        if (isIpv4(out)) {
            put16(out, 16, out.length - 14);
            put16(out, 18, u16(frame, 18) + n);
        } else {
            put16(out, 18, out.length - 54);
        }
        int sequence = transportStart(out) + 4;
        ByteBuffer b = ByteBuffer.wrap(out);
        b.putInt(sequence, b.getInt(sequence) + from);
        if (from + part < payload) {
            out[transportStart(out) + 13] &= ~0x09;
        }
        fixChecksums(out);
        return out;
    }
}
