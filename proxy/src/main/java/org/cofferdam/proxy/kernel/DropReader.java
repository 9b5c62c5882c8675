package org.cofferdam.proxy.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.cofferdam.binding.bpf.BpfMap;
import org.cofferdam.binding.bpf.BpfObject;
import org.cofferdam.binding.bpf.BpfRing;

/**
 * Brings the kernel program's drop counters and events to the sink. Thread: the domain thread. Allocation-free,
 * except for {@link #counters}. Batch: 256 events a call.
 *
 * <p>Events only gather: alike ones share a place of a small table. Once a period, and at once after a quiet one,
 * the counters' growth and then the table go to the sink. So the sink gets at most {@value #KINDS} samples a period,
 * whatever the wire sends, while the counters are complete.
 *
 * <pre>
 *   struct drop_event   u64 ktime, u32 ifindex, u32 length, u16 ethertype, u8 reason, u8 direction, dst, src
 *   struct drop_counts  u64 frames[reasons], u64 events_lost
 *   struct traffic      u64 frames, u64 bytes
 * </pre>
 */
final class DropReader implements BpfRing.Sink {
    static final int KINDS = 16;
    private static final int EVENTS_A_CALL = 256;

    /** How many idle calls share one look at the clock. */
    private static final int IDLE_CALLS = 64;

    private static final int DIRECTIONS = DropDirection.values().length;
    private static final int REASONS = DropReason.values().length;
    private static final int WAYS = Way.values().length;
    private static final int LOST = 8 * REASONS;
    private static final int DROP_COUNTS_BYTES = LOST + 8;
    private static final int TRAFFIC_BYTES = 16;
    private static final int EVENT_BYTES = 32;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt MAC_HEAD = INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort MAC_TAIL = SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private final BpfMap drops;
    private final BpfMap forwarded;
    private final BpfRing ring;
    private final DropSink sink;
    private final LongSupplier clock;
    private final long period;

    private final MemorySegment key;
    private final MemorySegment value;
    private final long[] reported = new long[DIRECTIONS * REASONS];
    private final long[] reportedLost = new long[DIRECTIONS];

    /** The table of kinds: places from {@link #offered} to {@link #kinds} are in use. */
    private final long[] sources = new long[KINDS];

    private final long[] destinations = new long[KINDS];
    private final long[] times = new long[KINDS];
    private final long[] counts = new long[KINDS];
    private final int[] marks = new int[KINDS];
    private final int[] interfaces = new int[KINDS];
    private final int[] lengths = new int[KINDS];
    private int kinds;
    private int offered;
    private long unsampled;

    private boolean pending = true;
    private long lastOffer;
    private int idleCalls;

    /**
     * @param clock nanoseconds from any start
     * @param period nanoseconds between two offers to the sink
     */
    DropReader(
            BpfObject object,
            BpfRing ring,
            Arena arena,
            DropSink sink,
            LongSupplier clock,
            long period) {
        drops = ProgramMaps.expect(object.map("drops"), DROP_COUNTS_BYTES);
        forwarded = ProgramMaps.expect(object.map("forwarded"), TRAFFIC_BYTES);
        this.ring = ring;
        this.sink = sink;
        this.clock = clock;
        this.period = period;
        key = arena.allocate(4, 8);
        value = arena.allocate(Math.max(drops.bufferBytes(), forwarded.bufferBytes()), 8);
        lastOffer = clock.getAsLong() - period;
    }

    /** Gathers events and, if it is time, offers. Returns events taken and offers made. */
    int doWork() {
        int taken = ring.isEmpty() ? 0 : ring.drain(this, EVENTS_A_CALL);
        if (taken == 0 && !pending && ++idleCalls < IDLE_CALLS) {
            return 0;
        }
        idleCalls = 0;
        pending |= taken > 0;
        long now = clock.getAsLong();
        if (now - lastOffer < period) {
            return taken;
        }
        lastOffer = now;
        pending = !offer();
        return taken + 1;
    }

    /** Nanoseconds until {@link #doWork} has something to offer; Long.MAX_VALUE if nothing waits. */
    long nanosUntilWork() {
        return pending || !ring.isEmpty()
                ? Math.max(0, period - (clock.getAsLong() - lastOffer))
                : Long.MAX_VALUE;
    }

    /** Takes all events and offers everything, whatever the time. False if the sink had no room for all. */
    boolean flush() {
        while (ring.drain(this, EVENTS_A_CALL) == EVENTS_A_CALL) {
            pending = true;
        }
        pending = !offer();
        return !pending;
    }

    /** Takes one event from the ring. */
    @Override
    public boolean record(MemorySegment data, long at, int length) {
        if (length != EVENT_BYTES) {
            unsampled++;
            return true;
        }
        int ethertype = Short.toUnsignedInt(data.get(SHORT, at + 16));
        int reason = Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at + 18));
        int direction = Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at + 19));
        if (reason >= REASONS || direction >= DIRECTIONS) {
            unsampled++;
            return true;
        }
        int mark = ethertype << 16 | reason << 8 | direction;
        gather(data, at, mark, mac(data, at + 26), mac(data, at + 20));
        return true;
    }

    private void gather(MemorySegment data, long at, int mark, long source, long destination) {
        int ifindex = data.get(INT, at + 8);
        for (int i = offered; i < kinds; i++) {
            if (marks[i] == mark
                    && sources[i] == source
                    && destinations[i] == destination
                    && interfaces[i] == ifindex) {
                counts[i]++;
                return;
            }
        }
        if (kinds == KINDS) {
            unsampled++;
            return;
        }
        sources[kinds] = source;
        destinations[kinds] = destination;
        times[kinds] = data.get(LONG, at);
        counts[kinds] = 1;
        marks[kinds] = mark;
        interfaces[kinds] = ifindex;
        lengths[kinds] = data.get(INT, at + 12);
        kinds++;
    }

    private static long mac(MemorySegment data, long at) {
        return Integer.toUnsignedLong(data.get(MAC_HEAD, at)) << 16
                | Short.toUnsignedLong(data.get(MAC_TAIL, at + 4));
    }

    private boolean offer() {
        return offerCounters() && offerSamples();
    }

    private boolean offerCounters() {
        for (int direction = 0; direction < DIRECTIONS; direction++) {
            read(drops, direction);
            for (int reason = 0; reason < REASONS; reason++) {
                int i = direction * REASONS + reason;
                long total = drops.sum(value, 8L * reason);
                if (total != reported[i]) {
                    if (!sink.dropped(reason, direction, total - reported[i])) {
                        return false;
                    }
                    reported[i] = total;
                }
            }
            long lost = drops.sum(value, LOST);
            if (lost != reportedLost[direction]) {
                if (!sink.eventsLost(direction, lost - reportedLost[direction])) {
                    return false;
                }
                reportedLost[direction] = lost;
            }
        }
        return true;
    }

    private boolean offerSamples() {
        for (; offered < kinds; offered++) {
            int i = offered;
            if (!sink.sample(
                    marks[i] >>> 8 & 0xff,
                    marks[i] & 0xff,
                    interfaces[i],
                    marks[i] >>> 16,
                    lengths[i],
                    sources[i],
                    destinations[i],
                    times[i],
                    counts[i])) {
                return false;
            }
        }
        kinds = 0;
        offered = 0;
        return true;
    }

    private void read(BpfMap map, int index) {
        key.set(ValueLayout.JAVA_INT, 0, index);
        if (!map.get(key, value)) {
            throw new IllegalStateException("the map " + map.name() + " has no entry " + index);
        }
    }

    /** The kernel's counters as they are now. */
    KernelCounters counters() {
        List<List<Long>> byDirection = new ArrayList<>();
        List<Long> lost = new ArrayList<>();
        for (int direction = 0; direction < DIRECTIONS; direction++) {
            read(drops, direction);
            List<Long> byReason = new ArrayList<>();
            for (int reason = 0; reason < REASONS; reason++) {
                byReason.add(drops.sum(value, 8L * reason));
            }
            byDirection.add(byReason);
            lost.add(drops.sum(value, LOST));
        }
        List<KernelCounters.Traffic> ways = new ArrayList<>();
        for (int way = 0; way < WAYS; way++) {
            read(forwarded, way);
            ways.add(new KernelCounters.Traffic(forwarded.sum(value, 0), forwarded.sum(value, 8)));
        }
        return new KernelCounters(byDirection, lost, ways, unsampled);
    }
}
