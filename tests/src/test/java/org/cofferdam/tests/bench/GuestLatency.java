package org.cofferdam.tests.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.cofferdam.libos.frontend.BackEnd;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.nic.NetFeatures;
import org.cofferdam.libos.nic.QueuePair;

/**
 * How long a frame takes from one guest's transmit queue to another's receive queue. One thread is both guests: it sends
 * at a fixed rate and polls the other card. Each frame carries the time at which it was due, not that at which it was
 * sent, so that a stall counts for every frame that it held up.
 *
 * <p>Arguments: the first guest's socket and address, the second's, bytes of a frame, frames a second, seconds. Prints
 * one line: frames sent, lost, and the histogram's p50, p99, p99.99 and largest value in microseconds.
 */
final class GuestLatency {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long DUE = 14 + 20 + 8;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final long LARGEST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort BIG_U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final QueuePair from;
    private final QueuePair to;
    private final byte[] frame;
    private final Histogram nanos = new Histogram(LARGEST_NANOS, 3);
    private long sent;
    private long came;

    private GuestLatency(QueuePair from, QueuePair to, byte[] frame) {
        this.from = from;
        this.to = to;
        this.frame = frame;
    }

    public static void main(String[] arguments) throws BackEndException {
        byte[] frame = frame(arguments[1], arguments[3], Integer.parseInt(arguments[4]));
        double perSecond = Double.parseDouble(arguments[5]);
        long seconds = Long.parseLong(arguments[6]);
        try (QueuePair from = new QueuePair(NetFeatures.PLAIN);
                QueuePair to = new QueuePair(NetFeatures.PLAIN)) {
            from.attach(BackEnd.connect(Path.of(arguments[0]), PATIENCE));
            to.attach(BackEnd.connect(Path.of(arguments[2]), PATIENCE));
            GuestLatency latency = new GuestLatency(from, to, frame);
            // Both ends compile what they need; what that costs is not the queue's.
            latency.run(perSecond, TimeUnit.SECONDS.toNanos(3));
            latency.forget();
            latency.run(perSecond, TimeUnit.SECONDS.toNanos(seconds));
            latency.print();
        }
    }

    static byte[] frame(String source, String destination, int bytes) {
        byte[] frame = new byte[bytes];
        address(destination, frame, 0);
        address(source, frame, 6);
        MemorySegment memory = MemorySegment.ofArray(frame);
        memory.set(BIG_U16, 12, (short) ETHERTYPE_IPV4);
        frame[14] = 0x45;
        memory.set(BIG_U16, 16, (short) (bytes - 14));
        frame[22] = 64;
        frame[23] = 17;
        return frame;
    }

    private static void address(String text, byte[] into, int at) {
        String[] parts = text.split(":", -1);
        for (int i = 0; i < 6; i++) {
            into[at + i] = (byte) Integer.parseInt(parts[i], 16);
        }
    }

    private void run(double perSecond, long forNanos) {
        double between = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long began = System.nanoTime();
        long count = 0;
        long end = (long) (forNanos / between);
        while (count < end) {
            long now = System.nanoTime();
            boolean given = false;
            while (count < end && began + (long) (count * between) <= now) {
                if (!send(began + (long) (count * between))) {
                    break;
                }
                count++;
                given = true;
            }
            if (given) {
                from.flush();
            }
            take();
        }
        long grace = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (came < sent && System.nanoTime() < grace) {
            take();
        }
    }

    private boolean send(long due) {
        int bytes = QueuePair.HEADER_BYTES + frame.length;
        long place = from.claim(bytes);
        if (place == QueuePair.NONE) {
            return false;
        }
        MemorySegment memory = from.memory();
        memory.set(U64, place, 0);
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, place + 8, 0);
        long at = place + QueuePair.HEADER_BYTES;
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, at, frame.length);
        memory.set(U64, at + DUE, due);
        from.commit(bytes);
        sent++;
        return true;
    }

    private void take() {
        boolean any = false;
        while (to.receive() != QueuePair.NONE) {
            long due = to.frame().get(U64, QueuePair.HEADER_BYTES + DUE);
            nanos.recordValue(Math.clamp(System.nanoTime() - due, 0, LARGEST_NANOS));
            came++;
            any = true;
        }
        if (any) {
            to.flush();
        }
    }

    private void forget() {
        nanos.reset();
        sent = 0;
        came = 0;
    }

    private void print() {
        System.out.printf(
                "%d %d %.1f %.1f %.1f %.1f%n",
                sent,
                sent - came,
                nanos.getValueAtPercentile(50) / 1e3,
                nanos.getValueAtPercentile(99) / 1e3,
                nanos.getValueAtPercentile(99.99) / 1e3,
                nanos.getMaxValue() / 1e3);
    }
}
