package org.cofferdam.proxy.framefilter;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/** Frames of all sorts, from few addresses and ports so that expressions meet them, some of them damaged or cut. */
final class RandomFrames {
    /**
     * A frame as a capture has it.
     *
     * @param captured its first bytes
     * @param length of the whole
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(byte[] captured, int length) {}

    private static final int[] TYPES = {
        0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x8035, 0x88cc
    };
    private static final int[] TAGS = {0x8100, 0x88a8, 0x9100};
    private static final int[] PROTOCOLS = {6, 6, 17, 17, 1, 58, 132, 44, 2};
    private static final int[] PORTS = {80, 443, 53, 8000, 8080, 22};
    private static final int[] ADDRESSES = {
        0x0a000001, 0x0a000007, 0x0a010203, 0xc0a80001, 0xe0000001
    };

    private final RandomGenerator random;

    RandomFrames(RandomGenerator random) {
        this.random = random;
    }

    Frame next() {
        ByteBuffer frame = ByteBuffer.allocate(400);
        station(frame, true);
        station(frame, false);
        while (random.nextInt(5) == 0 && frame.position() < 40) {
            frame.putShort((short) of(TAGS)).putShort((short) (random.nextInt(4) + 5));
        }
        int type = of(TYPES);
        frame.putShort((short) type);
        switch (type) {
            case 0x0800 -> ip4(frame);
            case 0x86dd -> ip6(frame);
            case 0x0806, 0x8035 -> arp(frame);
            default -> frame.put(bytes(random.nextInt(60)));
        }
        byte[] whole = new byte[frame.position()];
        frame.get(0, whole);
        if (random.nextInt(8) == 0) {
            whole[random.nextInt(whole.length)] = (byte) random.nextInt();
        }
        int captured = random.nextInt(4) == 0 ? random.nextInt(whole.length) : whole.length;
        byte[] kept = new byte[captured];
        System.arraycopy(whole, 0, kept, 0, captured);
        return new Frame(kept, whole.length);
    }

    private int of(int[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private byte[] bytes(int count) {
        byte[] some = new byte[count];
        random.nextBytes(some);
        return some;
    }

    private void station(ByteBuffer to, boolean mayBeGroup) {
        int sort = random.nextInt(mayBeGroup ? 6 : 3);
        if (sort == 5) {
            to.putInt(-1).putShort((short) -1);
        } else {
            to.putShort((short) (sort == 4 ? 0x0100 : 0x0200)).putInt(sort);
        }
    }

    private void ip4(ByteBuffer to) {
        int options = random.nextInt(4) == 0 ? random.nextInt(11) : 0;
        int protocol = of(PROTOCOLS);
        int fragment = random.nextInt(5) == 0 ? random.nextInt(3) : 0;
        to.put((byte) (0x45 + options)).put((byte) 0).putShort((short) 100).putShort((short) 1);
        to.putShort((short) fragment).put((byte) 64).put((byte) protocol).putShort((short) 0);
        to.putInt(of(ADDRESSES)).putInt(of(ADDRESSES));
        to.put(bytes(4 * options));
        transport(to, protocol);
    }

    private void ip6(ByteBuffer to) {
        int protocol = of(PROTOCOLS);
        to.putInt(0x60000000).putShort((short) 60).put((byte) protocol).put((byte) 64);
        address6(to);
        address6(to);
        if (protocol == 44) {
            protocol = of(PROTOCOLS);
            to.put((byte) protocol).put(bytes(7));
        }
        transport(to, protocol);
    }

    private void address6(ByteBuffer to) {
        to.putLong(random.nextInt(4) == 0 ? 0xff02L << 48 : 0xfd00L << 48).putInt(0);
        to.putInt(random.nextInt(3));
    }

    private void arp(ByteBuffer to) {
        to.putInt(0x00010800).putInt(0x06040001).put(bytes(6)).putInt(of(ADDRESSES));
        to.put(bytes(6)).putInt(of(ADDRESSES));
    }

    private void transport(ByteBuffer to, int protocol) {
        switch (protocol) {
            case 6 -> {
                to.putShort((short) of(PORTS)).putShort((short) of(PORTS)).put(bytes(8));
                to.put((byte) 0x50).put((byte) random.nextInt(64)).put(bytes(6));
            }
            case 17, 132 ->
                    to.putShort((short) of(PORTS)).putShort((short) of(PORTS)).put(bytes(4));
            case 1 -> to.put((byte) (random.nextBoolean() ? 8 : 0)).put(bytes(7));
            case 58 -> to.put((byte) (random.nextBoolean() ? 128 : 135)).put(bytes(7));
            default -> to.put(bytes(random.nextInt(20)));
        }
        to.put(bytes(random.nextInt(30)));
    }
}
