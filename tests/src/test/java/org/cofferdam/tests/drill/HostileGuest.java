package org.cofferdam.tests.drill;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.libos.frontend.BackEnd;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.nic.NetFeatures;
import org.cofferdam.libos.nic.QueuePair;

/** A guest's card in hostile hands: it sends what a scenario says until its time is over. One thread. */
final class HostileGuest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int ETHERNET = 14;
    private static final int SYN = 2;
    private static final byte[] OUTSIDE = {0x02, (byte) 0xcf, 0, 0, 0, 2};
    private static final int OUTSIDE_IP = 0x0a4d_0002;

    /** What it does; each with the rule that should speak of it. */
    enum Attack {
        MAC_SPOOFING("mac-spoofing"),
        IP_SPOOFING("ip-spoofing"),
        ARP_POISONING("arp-poisoning"),
        PORT_SCAN("port-scan"),
        HOST_SWEEP("port-scan"),
        SYN_FLOOD("syn-flood"),
        BEACON("beaconing"),
        EXFILTRATION("volume"),
        RING_FORGERY("descriptor-forgery");

        final String rule;

        Attack(String rule) {
            this.rule = rule;
        }
    }

    private final SplittableRandom random;
    private final byte[] mac;
    private final int ip;
    private final StringBuilder plan = new StringBuilder();

    HostileGuest(byte[] mac, int ip, long seed) {
        this.mac = mac.clone();
        this.ip = ip;
        this.random = new SplittableRandom(seed);
    }

    /** What it chose at random, once it has run. */
    String plan() {
        return plan.toString();
    }

    /** Attaches, attacks for so long, leaves. */
    void run(Path socket, Attack attack, Duration time) throws BackEndException {
        long end = System.nanoTime() + time.toNanos();
        try (QueuePair queues = new QueuePair(NetFeatures.PLAIN)) {
            queues.attach(BackEnd.connect(socket, PATIENCE));
            switch (attack) {
                case MAC_SPOOFING -> at(rate(5, 50), end, () -> send(queues, spoofedMac()));
                case IP_SPOOFING ->
                        at(
                                rate(20, 200),
                                end,
                                () -> send(queues, udp(random.nextInt(), OUTSIDE_IP, 53, 40)));
                case ARP_POISONING -> at(rate(1, 10), end, () -> send(queues, gratuitousArp()));
                case PORT_SCAN -> {
                    int[] port = {random.nextInt(1, 50_000)};
                    at(rate(20, 400), end, () -> send(queues, syn(OUTSIDE_IP, port[0]++ & 0xffff)));
                }
                case HOST_SWEEP -> {
                    int[] host = {0x0a4d_0000 + random.nextInt(3, 30)};
                    at(rate(20, 100), end, () -> send(queues, question(host[0]++)));
                }
                case SYN_FLOOD -> {
                    int port = random.nextInt(1, 65_536);
                    at(rate(300, 3000), end, () -> send(queues, syn(OUTSIDE_IP, port)));
                }
                case BEACON -> beacon(queues, end);
                case EXFILTRATION -> {
                    int port = random.nextInt(1, 65_536);
                    at(rate(400, 2000), end, () -> send(queues, udp(ip, OUTSIDE_IP, port, 1400)));
                }
                case RING_FORGERY -> forge(queues, end);
            }
        }
    }

    private double rate(int least, int most) {
        double rate = random.nextDouble(least, most);
        plan.append(String.format(java.util.Locale.ROOT, "%.0f/s", rate));
        return rate;
    }

    private static void at(double rate, long end, Runnable what) {
        long next = System.nanoTime();
        while (next < end) {
            what.run();
            next += (long) (1e9 / rate);
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void beacon(QueuePair queues, long end) {
        double interval = random.nextDouble(0.95, 1.25);
        int port = random.nextInt(1, 65_536);
        int host = 0x0a4d_0000 + random.nextInt(100, 200);
        plan.append(String.format(java.util.Locale.ROOT, "every %.2f s", interval));
        while (System.nanoTime() < end) {
            byte[] frame = syn(OUTSIDE_IP, port);
            ByteBuffer.wrap(frame).putInt(ETHERNET + 16, host);
            send(queues, frame);
            LockSupport.parkNanos((long) (1e9 * interval * random.nextDouble(0.97, 1.03)));
        }
    }

    /** Anything anywhere in the rings, until it is thrown out. */
    private void forge(QueuePair queues, long end) {
        int words = random.nextInt(16, 64);
        plan.append(words).append(" words");
        while (queues.isAttached() && System.nanoTime() < end) {
            send(queues, udp(ip, OUTSIDE_IP, 9, 40));
            for (int i = 0; i < words; i++) {
                queues.memory()
                        .set(
                                ValueLayout.JAVA_LONG,
                                8L * random.nextInt((16 << 10) / 8),
                                random.nextLong());
            }
            queues.flush();
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static void send(QueuePair queues, byte[] frame) {
        byte[] bytes = new byte[QueuePair.HEADER_BYTES + frame.length];
        System.arraycopy(frame, 0, bytes, QueuePair.HEADER_BYTES, frame.length);
        long place = queues.claim(bytes.length);
        if (place != QueuePair.NONE) {
            MemorySegment.copy(
                    bytes, 0, queues.memory(), ValueLayout.JAVA_BYTE, place, bytes.length);
            queues.commit(bytes.length);
        }
        queues.flush();
    }

    private ByteBuffer frame(int type, int bytes) {
        ByteBuffer b = ByteBuffer.allocate(Math.max(60, ETHERNET + bytes));
        b.put(OUTSIDE).put(mac).putShort((short) type);
        return b;
    }

    private static byte[] bytes(ByteBuffer b) {
        byte[] all = new byte[b.capacity()];
        b.get(0, all);
        return all;
    }

    private byte[] spoofedMac() {
        byte[] frame = udp(ip, OUTSIDE_IP, 9, 40);
        // Locally administered and no group's.
        frame[6] = (byte) ((random.nextInt() & 0xfc) | 2);
        frame[11] = (byte) random.nextInt();
        return frame;
    }

    private byte[] gratuitousArp() {
        ByteBuffer b = frame(0x0806, 28);
        int victim = 0x0a4d_0000 + random.nextInt(1, 5);
        b.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
        b.putShort((short) 2).put(mac).putInt(victim).put(OUTSIDE).putInt(OUTSIDE_IP);
        return bytes(b);
    }

    private byte[] question(int host) {
        ByteBuffer b = frame(0x0806, 28);
        b.position(0);
        b.put(new byte[] {-1, -1, -1, -1, -1, -1}).position(ETHERNET);
        b.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
        b.putShort((short) 1).put(mac).putInt(ip).put(new byte[6]).putInt(host);
        return bytes(b);
    }

    private byte[] syn(int to, int port) {
        ByteBuffer b = frame(0x0800, 40);
        ip(b, ip, to, 6, 40);
        b.putShort((short) random.nextInt(1024, 65_536)).putShort((short) port);
        b.putInt(random.nextInt()).putInt(0).put((byte) 0x50).put((byte) SYN);
        b.putShort((short) 64_240).putShort((short) 0).putShort((short) 0);
        b.putShort(ETHERNET + 20 + 16, checksum(b, ETHERNET + 12, 28, 6 + 20));
        return bytes(b);
    }

    private byte[] udp(int from, int to, int port, int payload) {
        ByteBuffer b = frame(0x0800, 28 + payload);
        ip(b, from, to, 17, 28 + payload);
        b.putShort((short) random.nextInt(1024, 65_536)).putShort((short) port);
        b.putShort((short) (8 + payload)).putShort((short) 0);
        return bytes(b);
    }

    private void ip(ByteBuffer b, int from, int to, int protocol, int length) {
        b.put((byte) 0x45).put((byte) 0).putShort((short) length);
        b.putShort((short) random.nextInt()).putShort((short) 0);
        b.put((byte) 64).put((byte) protocol).putShort((short) 0).putInt(from).putInt(to);
        b.putShort(ETHERNET + 10, checksum(b, ETHERNET, 20, 0));
    }

    /** RFC 1071, over an even number of bytes, begun with a sum. */
    private static short checksum(ByteBuffer b, int at, int bytes, int begun) {
        int sum = begun;
        for (int i = 0; i < bytes; i += 2) {
            sum += b.getShort(at + i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return (short) ~((sum & 0xffff) + (sum >>> 16));
    }
}
