package org.cofferdam.proxy.kernel;

import java.util.List;

/**
 * The kernel program's counters since it was loaded, summed over the CPUs.
 *
 * @param drops frames by {@link DropDirection}, then {@link DropReason}
 * @param eventsLost drop events for which the ring had no room, by {@link DropDirection}
 * @param forwarded by {@link Way}
 * @param unsampled drop events that were read but not passed on as a sample, because there were too many kinds
 */
public record KernelCounters(
        List<List<Long>> drops, List<Long> eventsLost, List<Traffic> forwarded, long unsampled) {
    /**
     * What went one way.
     *
     * @param frames as on the wire: a frame that is still to be segmented counts as its segments
     * @param bytes with Ethernet headers
     */
    public record Traffic(long frames, long bytes) {}

    public KernelCounters {
        drops = drops.stream().map(List::copyOf).toList();
        eventsLost = List.copyOf(eventsLost);
        forwarded = List.copyOf(forwarded);
    }

    /** Frames dropped for one reason in one direction. */
    public long drops(DropDirection direction, DropReason reason) {
        return drops.get(direction.code()).get(reason.code());
    }

    /** Frames dropped in one direction. */
    public long drops(DropDirection direction) {
        return drops.get(direction.code()).stream().mapToLong(Long::longValue).sum();
    }

    /** Drop events that the ring had no room for, in one direction. */
    public long eventsLost(DropDirection direction) {
        return eventsLost.get(direction.code());
    }

    /** What went one way. */
    public Traffic forwarded(Way way) {
        return forwarded.get(way.code());
    }
}
