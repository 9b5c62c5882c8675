package org.cofferdam.monitor.control;

import java.util.List;
import java.util.Map;

/**
 * What a monitor counts beside its status, for the metrics and {@code monitor top}. Immutable; all counts since the
 * monitor's start.
 *
 * @param refused frames meant for a port that it did not take, by port and verdict
 * @param held passes in which a port was not looked at, by port and what had no room
 * @param groupsRefused multicast groups that a port's peer wanted and has too many for, by port
 * @param forwarded frames that the kernel program forwarded, by way
 * @param eventsLost drop events that the kernel program had no room for, by direction
 * @param outages of the driver domain
 * @param turns of the packet path in which there was work
 * @param captures what captures have done
 */
public record MonitorCounters(
        Map<String, Map<String, Long>> refused,
        Map<String, Map<String, Long>> held,
        Map<String, Long> groupsRefused,
        Map<String, Long> forwarded,
        Map<String, Long> eventsLost,
        Spread outages,
        Spread turns,
        Captures captures) {
    /** Of a monitor that has not done anything. */
    public static final MonitorCounters NONE =
            new MonitorCounters(
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    new Spread(List.of(), 0),
                    new Spread(List.of(), 0),
                    new Captures(0, 0, 0));

    /**
     * How long things took.
     *
     * @param upTo how many took less than each bound
     * @param sumNanos all together
     */
    public record Spread(List<Bucket> upTo, long sumNanos) {
        public Spread {
            upTo = List.copyOf(upTo);
        }

        /** How many there were. */
        public long count() {
            return upTo.isEmpty() ? 0 : upTo.getLast().count();
        }
    }

    /**
     * Those below a bound, those below smaller bounds included.
     *
     * @param nanos the bound; -1 for none
     */
    public record Bucket(long nanos, long count) {}

    /**
     * Captures.
     *
     * @param running at this moment
     * @param frames that ended ones were shown
     * @param missed those of them that found no room
     */
    public record Captures(int running, long frames, long missed) {}
}
