package org.cofferdam.audit.read;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHeader;
import org.jspecify.annotations.Nullable;

/**
 * The part of a filter that needs no objects: it decides by type, time and port whether a record is worth taking out of
 * a payload, and by a header whether a block or a segment is worth reading. It may pick too much and never too little;
 * the filter decides. One thread.
 *
 * <p>Ports of guests are learned on the way, from PORT_ATTACH records; so blocks that may hold one are always read.
 */
final class RecordPick implements BlockFeed.BlockInterest {
    private static final int TYPES = 0x800;

    /** A header's latest time is that of a first crossing; an aggregate's last one may be so much later. */
    private static final long LONGEST_SPAN = 10_000_000_000L;

    private static final Reach NAMES_OF_SOURCES = Reach.ofTypes(Set.of(CrossingType.SOURCE));
    private static final Reach NAMES_OF_PORTS = Reach.ofTypes(Set.of(CrossingType.PORT_ATTACH));

    private final Reach reach;
    private final boolean @Nullable [] types;
    private final @Nullable Set<Long> ports;
    private final Set<String> guests;
    private final Set<Long> portsOfGuests = new HashSet<>();
    private final Set<String> sources;
    private final boolean[] otherSources = new boolean[65_536];
    private final long since;
    private final long until;

    RecordPick(AuditFilter filter) {
        reach = filter.reach();
        ports = reach.ports();
        guests = filter.guests();
        sources = filter.sources();
        since = nanos(filter.since(), Long.MIN_VALUE + LONGEST_SPAN);
        until = nanos(filter.until(), Long.MAX_VALUE);
        Set<Integer> codes = reach.types();
        if (codes == null) {
            types = null;
        } else {
            types = new boolean[TYPES];
            codes.forEach(code -> types[code] = true);
        }
    }

    /** A time as the log has it, or {@code otherwise}. */
    static long nanos(Optional<Instant> time, long otherwise) {
        if (time.isEmpty()) {
            return otherwise;
        }
        Instant instant = time.get();
        long second = instant.getEpochSecond();
        if (Math.abs(second) > Long.MAX_VALUE / 1_000_000_000L - 1) {
            return second < 0 ? Long.MIN_VALUE + LONGEST_SPAN : Long.MAX_VALUE;
        }
        return second * 1_000_000_000L + instant.getNano();
    }

    /** Whether a type may be wanted, by its code. */
    boolean wantsType(int code) {
        return types == null || (code < TYPES && types[code]);
    }

    /** Whether a record of that time may be wanted. */
    boolean wantsTime(long first, long last) {
        return last >= since && first < until;
    }

    /** Whether the port matters. */
    boolean asksForPort() {
        return ports != null || !guests.isEmpty();
    }

    /** Whether a record that speaks of this port may be wanted. */
    boolean wantsPort(long port) {
        return (ports == null || ports.contains(port))
                && (guests.isEmpty() || portsOfGuests.contains(port));
    }

    /** Whether a record of this source, by its number, may be wanted. */
    boolean wantsSource(int source) {
        return !otherSources[source];
    }

    /** A source has this name from here on. */
    void learnSource(int source, String name) {
        otherSources[source] = !sources.isEmpty() && !sources.contains(name);
    }

    /** A port has this name from here on. */
    void learn(long port, String name) {
        if (guests.contains(name)) {
            portsOfGuests.add(port);
        } else {
            portsOfGuests.remove(port);
        }
    }

    /** Another run begins, with sources and ports of its own. */
    void forgetNames() {
        portsOfGuests.clear();
        Arrays.fill(otherSources, false);
    }

    @Override
    public boolean mayHold(BlockHeader header) {
        boolean segment = header.rotated() || header.closed();
        // Each segment names its sources again, each run attaches its ports once.
        if (NAMES_OF_PORTS.mayBeIn(header.summary())
                || (!segment && NAMES_OF_SOURCES.mayBeIn(header.summary()))) {
            return true;
        }
        if (header.latest() < since - LONGEST_SPAN || header.earliest() >= until) {
            return false;
        }
        Reach wanted = guests.isEmpty() ? reach : reach.and(Reach.ofPorts(portsOfGuests));
        return wanted.mayBeIn(header.summary());
    }
}
