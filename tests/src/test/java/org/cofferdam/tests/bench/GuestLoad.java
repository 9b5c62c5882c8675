package org.cofferdam.tests.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.cofferdam.libos.frontend.BackEnd;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.nic.NetFeatures;
import org.cofferdam.libos.nic.QueuePair;

/**
 * Two guests that send to each other at a fixed rate, and take what comes. One thread is both. A frame that finds no
 * place in the queue is sent later, so that the sum stands as long as the other side can follow; how far it is behind
 * at the end is printed.
 *
 * <p>Arguments: the first guest's socket and address, the second's, bytes of a frame, frames a second in each direction,
 * seconds to warm up, seconds. Prints one line: frames sent, frames that came, ns it took, frames that were due and not
 * sent, and frames that came with those of the warm-up.
 */
final class GuestLoad {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Frames that are given before the back end is shown them. */
    private static final int AT_ONCE = 32;

    private final Way there;
    private final Way back;

    private GuestLoad(Way there, Way back) {
        this.there = there;
        this.back = back;
    }

    /** From one guest's card to the other's. */
    private static final class Way {
        private final QueuePair from;
        private final QueuePair to;
        private final MemorySegment frame;
        private long sent;
        private long came;

        Way(QueuePair from, QueuePair to, byte[] frame) {
            this.from = from;
            this.to = to;
            this.frame = MemorySegment.ofArray(frame);
        }

        /** Sends until {@code due} were sent, or the queue is full. */
        void send(long due) {
            long end = Math.min(due, sent + AT_ONCE);
            if (sent >= end) {
                return;
            }
            int length = (int) frame.byteSize();
            int bytes = QueuePair.HEADER_BYTES + length;
            MemorySegment memory = from.memory();
            while (sent < end) {
                long place = from.claim(bytes);
                if (place == QueuePair.NONE) {
                    break;
                }
                memory.set(ValueLayout.JAVA_LONG_UNALIGNED, place, 0);
                memory.set(ValueLayout.JAVA_INT_UNALIGNED, place + 8, 0);
                MemorySegment.copy(frame, 0, memory, place + QueuePair.HEADER_BYTES, length);
                from.commit(bytes);
                sent++;
            }
            from.flush();
        }

        void take() {
            long before = came;
            while (to.receive() != QueuePair.NONE) {
                came++;
            }
            if (came != before) {
                to.flush();
            }
        }

        void forget() {
            sent = 0;
            came = 0;
        }
    }

    public static void main(String[] arguments) throws BackEndException {
        int bytes = Integer.parseInt(arguments[4]);
        double perSecond = Double.parseDouble(arguments[5]);
        try (QueuePair first = new QueuePair(NetFeatures.PLAIN);
                QueuePair second = new QueuePair(NetFeatures.PLAIN)) {
            first.attach(BackEnd.connect(Path.of(arguments[0]), PATIENCE));
            second.attach(BackEnd.connect(Path.of(arguments[2]), PATIENCE));
            GuestLoad load =
                    new GuestLoad(
                            new Way(
                                    first,
                                    second,
                                    GuestLatency.frame(arguments[1], arguments[3], bytes)),
                            new Way(
                                    second,
                                    first,
                                    GuestLatency.frame(arguments[3], arguments[1], bytes)));
            load.run(perSecond, TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[6])));
            long warm = load.there.came + load.back.came;
            load.there.forget();
            load.back.forget();
            long began = System.nanoTime();
            long behind =
                    load.run(perSecond, TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[7])));
            long took = System.nanoTime() - began;
            load.drain();
            System.out.printf(
                    Locale.ROOT,
                    "%d %d %d %d %d%n",
                    load.there.sent + load.back.sent,
                    load.there.came + load.back.came,
                    took,
                    behind,
                    warm + load.there.came + load.back.came);
        }
    }

    /** Both directions for so long; returns the frames that were due and not sent. */
    private long run(double perSecond, long forNanos) {
        double perNano = perSecond / TimeUnit.SECONDS.toNanos(1);
        long began = System.nanoTime();
        while (true) {
            long passed = System.nanoTime() - began;
            if (passed >= forNanos) {
                long due = 2 * (long) (forNanos * perNano);
                return Math.max(0, due - there.sent - back.sent);
            }
            long due = (long) (passed * perNano);
            there.send(due);
            back.send(due);
            there.take();
            back.take();
        }
    }

    private void drain() {
        long grace = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (there.came + back.came < there.sent + back.sent && System.nanoTime() < grace) {
            there.take();
            back.take();
        }
    }
}
