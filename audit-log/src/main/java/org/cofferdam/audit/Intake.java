package org.cofferdam.audit;

import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;

/**
 * The writer's end of one ring, and the source's quota: a bucket that fills with so many bytes a second, up to a
 * second's worth. A record is taken while the bucket is not empty and may overdraw it. The writer's thread only, but for
 * {@link #limitedNanos}.
 */
final class Intake {
    /** A source that is held back for long is told of once in so long. */
    private static final long REPORT_NANOS = 1_000_000_000;

    final AuditSource source;
    final RingMemory ring;
    long lossReported;
    boolean announced;

    private final long bytesPerSecond;
    private long head;
    private long tail;
    private long credit;
    private long creditAt;
    private boolean limitedNow;
    private long limitedSince;
    private long takenMeanwhile;
    private long takenInAll;
    private volatile long limitedNanos;

    Intake(AuditSource source, long quota, long now) {
        this.source = source;
        ring = source.ring();
        bytesPerSecond = source.kind() == SourceKind.PEER ? quota : 0;
        credit = bytesPerSecond;
        creditAt = now;
    }

    boolean hasWork() {
        return ring.acquireTail() != head || source.lostAcquire() != lossReported || !announced;
    }

    /**
     * Looks at what is in the ring now; {@link #next} goes through it.
     *
     * @return whether anything is
     */
    boolean look(long now) {
        tail = ring.acquireTail();
        if (bytesPerSecond != 0) {
            // At most 2^40 times 10^6, below 2^63.
            long micros = Math.min(1_000_000, (now - creditAt) / 1_000);
            credit = Math.min(bytesPerSecond, credit + bytesPerSecond * micros / 1_000_000);
            creditAt += micros < 1_000_000 ? micros * 1_000 : now - creditAt;
        }
        return tail != head;
    }

    /**
     * Where the next record lies in the ring, or -1 at the end of what was there, or where the quota ends.
     *
     * @param anyhow take what is there whatever the quota says; the source owes it then
     */
    long next(boolean anyhow) {
        while (head != tail) {
            if (bytesPerSecond != 0 && credit <= 0 && !anyhow) {
                return -1;
            }
            long at = head & (ring.capacity - 1);
            if (Bytes.u16(ring.memory, at + RecordLayout.TYPE) != RecordLayout.PADDING_TYPE) {
                return at;
            }
            head += Bytes.u32(ring.memory, at);
        }
        return -1;
    }

    /** Padded bytes of the record at {@code at}. */
    int padded(long at) {
        return Bytes.align8((int) Bytes.u32(ring.memory, at));
    }

    /** That record was copied. */
    void taken(int padded) {
        head += padded;
        takenInAll++;
        credit -= padded;
        takenMeanwhile += padded;
    }

    /** Gives the producer the room of what was taken. */
    void release() {
        ring.releaseHead(head);
    }

    /** Values of a SOURCE_LIMITED record. */
    record Limited(long nanos, long bytes) {}

    private static final Limited NOT = new Limited(0, 0);

    /** After a round: for how long the quota has held the source back, if it is time to say so; else 0. */
    Limited limited(long now) {
        boolean left = head != tail;
        if (left && !limitedNow) {
            begin(now);
            source.limit(true);
        } else if (limitedNow && (!left || now - limitedSince >= REPORT_NANOS)) {
            Limited said = new Limited(now - limitedSince, takenMeanwhile);
            long inAll = limitedNanos + said.nanos;
            limitedNanos = inAll;
            begin(now);
            limitedNow = left;
            source.limit(left);
            return said;
        }
        return NOT;
    }

    private void begin(long now) {
        limitedNow = true;
        limitedSince = now;
        takenMeanwhile = 0;
    }

    /** For how long the quota has held the source back in all, as far as it was told. Any thread. */
    long limitedNanos() {
        return limitedNanos;
    }

    /**
     * The sequence number of the source's next record that is not in a block yet. Counted here: the source counts after
     * the record is in the ring, so its count and the ring, read one after the other, do not belong together.
     */
    long nextSequence() {
        return takenInAll;
    }

    /** Records in the ring that were not taken. */
    long left() {
        long from = head;
        long to = ring.acquireTail();
        long records = 0;
        while (from != to) {
            long at = from & (ring.capacity - 1);
            if (Bytes.u16(ring.memory, at + RecordLayout.TYPE) != RecordLayout.PADDING_TYPE) {
                records++;
            }
            from += padded(at);
        }
        return records;
    }
}
