package org.cofferdam.audit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;

/**
 * The producing end of one source's ring. One thread only; allocation-free and lock-free but for {@link
 * #record}, which waits.
 *
 * <p>A {@code try…} method answers false when the ring is full and then has done nothing: the caller holds
 * back what caused the record and tries again. A caller that rather drops the record says so with {@link
 * #lost}, and a LOSS record appears. Under {@link WhenFull#COUNT} the source does that itself: a record that has no
 * room is counted as lost, and the answer is true. A record costs its {@link #fieldsBytes} or {@link #burstBytes}, padded
 * to 8; {@link #hasRoom} asks before a crossing happens.
 *
 * <p>Values beyond a type's fields are not recorded.
 */
public final class AuditSource {
    private static final VarHandle RECORDED;
    private static final VarHandle LOST;
    private static final VarHandle RING_FULL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RECORDED = lookup.findVarHandle(AuditSource.class, "recorded", long.class);
            LOST = lookup.findVarHandle(AuditSource.class, "lost", long.class);
            RING_FULL = lookup.findVarHandle(AuditSource.class, "ringFull", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How long {@link #record} sleeps before it looks for room again. */
    private static final long ROOM_POLL_NANOS = 200_000;

    private final int id;
    private final String name;
    private final RingMemory ring;
    private final MemorySegment memory;
    private final int capacity;
    private final WriterBell bell;
    private final AuditClock clock;
    private final SourceKind kind;
    private final boolean counting;

    // Set by the writer while the quota holds the source back: then a full ring wakes nobody.
    private volatile boolean limited;

    // The producer's own; others read the last three through their handles.
    private long tail;
    private long headSeen;
    private long recorded;
    private long lost;
    private long ringFull;
    private volatile boolean closed;

    /** @param counting a record without room is counted as lost, and the crossing goes on */
    AuditSource(
            int id,
            String name,
            SourceKind kind,
            boolean counting,
            RingMemory ring,
            WriterBell bell,
            AuditClock clock) {
        this.id = id;
        this.kind = kind;
        this.counting = counting;
        this.name = name;
        this.ring = ring;
        this.memory = ring.memory;
        this.capacity = ring.capacity;
        this.bell = bell;
        this.clock = clock;
    }

    /** Its number in the records of this run, from 1. */
    public int id() {
        return id;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Now by the log's clock, nanoseconds since 1970. */
    public long now() {
        return clock.epochNanos();
    }

    /** Records a crossing with up to three values. */
    public boolean tryRecord(CrossingType type, long a, long b, long c) {
        return tryRecord(type, a, b, c, 0, 0, 0);
    }

    /** Records a crossing; values beyond the type's fields are ignored. */
    public boolean tryRecord(CrossingType type, long a, long b, long c, long d, long e, long f) {
        int fields = type.fieldCount();
        int length = RecordLayout.fieldsBytes(fields);
        int at = claim(length);
        if (at < 0) {
            return dropped();
        }
        header(at, length, type, 0, fields, 1, clock.epochNanos());
        RecordLayout.fields(
                memory, at + (long) RecordLayout.HEADER_BYTES, fields, a, b, c, d, e, f);
        publish(length);
        return true;
    }

    /** Records a crossing with a text, of which at most 512 bytes of UTF-8 are kept. */
    public boolean tryRecord(
            CrossingType type, long a, long b, long c, long d, long e, long f, CharSequence text) {
        int fields = type.fieldCount();
        int head = RecordLayout.fieldsBytes(fields);
        int at = claim(Bytes.align8(head + RecordLayout.textBound(text.length())));
        if (at < 0) {
            return dropped();
        }
        int length = head + RecordLayout.text(memory, at + (long) head, text);
        zeroPadding(at, length);
        header(at, length, type, RecordLayout.FLAG_TEXT, fields, 1, clock.epochNanos());
        RecordLayout.fields(
                memory, at + (long) RecordLayout.HEADER_BYTES, fields, a, b, c, d, e, f);
        publish(Bytes.align8(length));
        return true;
    }

    /**
     * Records several crossings alike as one.
     *
     * @param count how many, 1 to 2^32 - 1
     * @param first time of the first, ns since 1970
     * @param last time of the last
     */
    public boolean tryAggregate(
            CrossingType type,
            long count,
            long first,
            long last,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f) {
        int fields = type.fieldCount();
        int length = RecordLayout.fieldsBytes(fields) + 8;
        int at = claim(length);
        if (at < 0) {
            return dropped();
        }
        header(at, length, type, RecordLayout.FLAG_SPAN, fields, count, first);
        Bytes.u64(memory, at + (long) RecordLayout.HEADER_BYTES, last);
        RecordLayout.fields(memory, at + RecordLayout.HEADER_BYTES + 8L, fields, a, b, c, d, e, f);
        publish(length);
        return true;
    }

    /**
     * The same for a type of many fields.
     *
     * @param values the fields, as many as the type has
     */
    public boolean tryAggregate(
            CrossingType type, long count, long first, long last, long[] values) {
        int fields = type.fieldCount();
        int length = RecordLayout.fieldsBytes(fields) + 8;
        int at = claim(length);
        if (at < 0) {
            return false;
        }
        header(at, length, type, RecordLayout.FLAG_SPAN, fields, count, first);
        long body = at + (long) RecordLayout.HEADER_BYTES;
        Bytes.u64(memory, body, last);
        for (int i = 0; i < fields; i++) {
            Bytes.u64(memory, body + 8 + 8L * i, values[i]);
        }
        publish(length);
        return true;
    }

    /**
     * Records a burst of packets as one record.
     *
     * @param port the switch port, 0 to 65535
     * @param queue the port's queue, 0 to 65535
     * @param packets how many of the two arrays count, 0 to 1024
     * @param lengths bytes of each packet, not negative; the total is exact, a single length is kept up to 65535
     * @param verdicts {@link PacketVerdict#code} of each packet
     */
    public boolean tryBurst(
            CrossingType type, int port, int queue, int packets, int[] lengths, byte[] verdicts) {
        if (packets < 0 || packets > RecordLayout.MAX_PACKETS) {
            throw new IllegalArgumentException("packets in a burst: " + packets);
        }
        // A flood is mostly of packets alike, and a bulk transfer is: their record costs a third.
        int described = areAlike(packets, lengths, verdicts) ? 1 : packets;
        int flags =
                described == packets
                        ? RecordLayout.FLAG_BURST
                        : RecordLayout.FLAG_BURST | RecordLayout.FLAG_ALIKE;
        int length = RecordLayout.burstBytes(described);
        int padded = Bytes.align8(length);
        int at = claim(padded);
        if (at < 0) {
            return dropped();
        }
        zeroPadding(at, length);
        header(at, length, type, flags, 0, 1, clock.epochNanos());
        long body = at + (long) RecordLayout.HEADER_BYTES;
        long lengthAt = body + RecordLayout.BURST_HEADER_BYTES;
        long written = lengths(lengthAt, described, lengths);
        long total = described == packets ? written : written * packets;
        MemorySegment.copy(
                verdicts, 0, memory, ValueLayout.JAVA_BYTE, lengthAt + 2L * described, described);
        Bytes.u16(memory, body + RecordLayout.BURST_PORT, port);
        Bytes.u16(memory, body + RecordLayout.BURST_QUEUE, queue);
        Bytes.u32(memory, body + RecordLayout.BURST_PACKETS, packets);
        Bytes.u64(memory, body + RecordLayout.BURST_TOTAL, total);
        publish(padded);
        return true;
    }

    /** Whether there are several, and each has the length and the verdict of the first. */
    private static boolean areAlike(int packets, int[] lengths, byte[] verdicts) {
        int differs = 0;
        for (int i = 1; i < packets; i++) {
            differs |= (lengths[i] ^ lengths[0]) | (verdicts[i] ^ verdicts[0]);
        }
        return packets > 1 && differs == 0;
    }

    /** Writes the lengths, four to a store, and returns their exact sum. */
    private long lengths(long at, int packets, int[] lengths) {
        long total = 0;
        int i = 0;
        for (; i + 4 <= packets; i += 4) {
            int a = lengths[i];
            int b = lengths[i + 1];
            int c = lengths[i + 2];
            int d = lengths[i + 3];
            total += (long) a + b + c + d;
            Bytes.u64(
                    memory,
                    at + 2L * i,
                    Math.min(a, 0xffff)
                            | (long) Math.min(b, 0xffff) << 16
                            | (long) Math.min(c, 0xffff) << 32
                            | (long) Math.min(d, 0xffff) << 48);
        }
        for (; i < packets; i++) {
            total += lengths[i];
            Bytes.u16(memory, at + 2L * i, Math.min(lengths[i], 0xffff));
        }
        return total;
    }

    /** A record had no room: whether its crossing goes on all the same. */
    private boolean dropped() {
        if (counting) {
            LOST.setRelease(this, lost + 1);
        }
        return counting;
    }

    /**
     * Whether records of so many bytes in all (each padded to 8) would be taken now, or their crossings are to go on
     * anyhow.
     */
    public boolean hasRoom(int bytes) {
        // The end of the ring that a record does not fit into is shorter than that record.
        int needed = bytes + Math.min(bytes, RecordLayout.MAX_BYTES);
        if (tail + needed - headSeen <= capacity) {
            return true;
        }
        headSeen = ring.acquireHead();
        if (tail + needed - headSeen <= capacity) {
            return true;
        }
        full();
        return counting;
    }

    /** Bytes in the ring of a burst record, at most: packets alike take less. */
    public static int burstBytes(int packets) {
        return Bytes.align8(RecordLayout.burstBytes(packets));
    }

    /** Bytes in the ring of a record with fields and no text; 8 more if it is an aggregate. */
    public static int fieldsBytes(CrossingType type) {
        return RecordLayout.fieldsBytes(type.fieldCount());
    }

    /** Says that {@code records} were dropped; the log gets a LOSS record with the count. */
    public void lost(long records) {
        if (records > 0) {
            LOST.setRelease(this, lost + records);
            bell.published(false);
        }
    }

    /**
     * Like {@link #tryRecord(CrossingType, long, long, long, long, long, long)}, but waits for room, for
     * as long as a disk is full: for threads that may be held up.
     *
     * @throws AuditLogException if the log was closed
     */
    public void record(CrossingType type, long a, long b, long c, long d, long e, long f) {
        while (!tryRecord(type, a, b, c, d, e, f)) {
            awaitRoom();
        }
    }

    /** {@link #record} with up to three values. */
    public void record(CrossingType type, long a, long b, long c) {
        record(type, a, b, c, 0, 0, 0);
    }

    /** {@link #record} with a text. */
    public void record(
            CrossingType type, long a, long b, long c, long d, long e, long f, CharSequence text) {
        while (!tryRecord(type, a, b, c, d, e, f, text)) {
            awaitRoom();
        }
    }

    private void awaitRoom() {
        if (closed) {
            throw new AuditLogException(
                    AuditLogException.Problem.CLOSED, "the audit log was closed under " + name);
        }
        LockSupport.parkNanos(this, ROOM_POLL_NANOS);
    }

    private void header(
            int at, int length, CrossingType type, int flags, int fields, long count, long time) {
        RecordLayout.header(
                memory, at, length, type.code(), flags, id, fields, count, recorded, time);
    }

    /** Zeros the record's last 8 bytes before its body is written, so that the padding is zero. */
    private void zeroPadding(int at, int length) {
        int rest = length & 7;
        for (int i = rest; rest != 0 && i < 8; i++) {
            Bytes.u8(memory, at + (long) length + (i - rest), 0);
        }
    }

    /** Room for a record of so many padded bytes, as an offset, or -1. */
    private int claim(int bytes) {
        int at = (int) tail & (capacity - 1);
        int toEnd = capacity - at;
        int needed = bytes <= toEnd ? bytes : toEnd + bytes;
        if (tail + needed - headSeen > capacity) {
            headSeen = ring.acquireHead();
            if (tail + needed - headSeen > capacity || closed) {
                full();
                return -1;
            }
        }
        if (closed) {
            return -1;
        }
        if (bytes > toEnd) {
            // At least 8 bytes are left, because everything is a multiple of 8.
            Bytes.u64(memory, at, toEnd | (long) RecordLayout.PADDING_TYPE << 32);
            tail += toEnd;
            at = 0;
        }
        return at;
    }

    private void publish(int bytes) {
        tail += bytes;
        RECORDED.setOpaque(this, recorded + 1);
        ring.releaseTail(tail);
        boolean aboveQuarter = tail - headSeen > capacity >> 2;
        if (aboveQuarter) {
            headSeen = ring.acquireHead();
            aboveQuarter = tail - headSeen > capacity >> 2;
        }
        bell.published(aboveQuarter && !limited);
    }

    private void full() {
        RING_FULL.setOpaque(this, ringFull + 1);
        if (!limited) {
            bell.wake();
        }
    }

    // For the writer and for those who look at the counters.

    long recordedOpaque() {
        return (long) RECORDED.getOpaque(this);
    }

    long lostAcquire() {
        return (long) LOST.getAcquire(this);
    }

    long ringFullOpaque() {
        return (long) RING_FULL.getOpaque(this);
    }

    SourceKind kind() {
        return kind;
    }

    void limit(boolean byQuota) {
        limited = byQuota;
    }

    RingMemory ring() {
        return ring;
    }

    void close() {
        closed = true;
    }
}
