package org.cofferdam.audit.read;

import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.cofferdam.audit.Boundary;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;

/**
 * Which crossings are wanted; an empty set or no time means all. All conditions must hold.
 *
 * @param types wanted types
 * @param boundaries wanted boundaries
 * @param sources wanted sources, by name
 * @param guests wanted ports, by the name that their PORT_ATTACH gave; a crossing without a port is not wanted then
 * @param ports wanted ports, by number; the same
 * @param verdicts bursts with a packet of one of these verdicts, by code
 * @param atLeast the least severity
 * @param where further conditions
 * @param since not before this time
 * @param until before this time
 */
public record AuditFilter(
        Set<CrossingType> types,
        Set<Boundary> boundaries,
        Set<String> sources,
        Set<String> guests,
        Set<Long> ports,
        Set<Integer> verdicts,
        Severity atLeast,
        Optional<CrossingTest> where,
        Optional<Instant> since,
        Optional<Instant> until) {
    private static final Set<CrossingType> BURSTS =
            Set.of(
                    CrossingType.BURST_IN,
                    CrossingType.BURST_OUT,
                    CrossingType.TAP_IN,
                    CrossingType.TAP_OUT);

    public AuditFilter {
        types = Set.copyOf(types);
        boundaries = Set.copyOf(boundaries);
        sources = Set.copyOf(sources);
        guests = Set.copyOf(guests);
        ports = Set.copyOf(ports);
        verdicts = Set.copyOf(verdicts);
    }

    /** Everything. */
    public static AuditFilter all() {
        return new AuditFilter(
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Severity.UNKNOWN,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * The same for types of these names, in upper or lower case.
     *
     * @throws IllegalArgumentException with one sentence if there is no such type
     */
    public AuditFilter withTypes(Iterable<String> names) {
        EnumSet<CrossingType> wanted = EnumSet.noneOf(CrossingType.class);
        for (String name : names) {
            wanted.add(
                    CrossingType.named(name)
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "no crossing type is called " + name)));
        }
        return withTypes(wanted);
    }

    /** The same for these types. */
    public AuditFilter withTypes(Set<CrossingType> wanted) {
        return new AuditFilter(
                wanted, boundaries, sources, guests, ports, verdicts, atLeast, where, since, until);
    }

    /** The same for these boundaries. */
    public AuditFilter withBoundaries(Set<Boundary> wanted) {
        return new AuditFilter(
                types, wanted, sources, guests, ports, verdicts, atLeast, where, since, until);
    }

    /** The same for these sources. */
    public AuditFilter withSources(Set<String> wanted) {
        return new AuditFilter(
                types, boundaries, wanted, guests, ports, verdicts, atLeast, where, since, until);
    }

    /** The same for the ports of these guests. */
    public AuditFilter withGuests(Set<String> wanted) {
        return new AuditFilter(
                types, boundaries, sources, wanted, ports, verdicts, atLeast, where, since, until);
    }

    /** The same for these switch ports. */
    public AuditFilter withPorts(Set<Long> wanted) {
        return new AuditFilter(
                types, boundaries, sources, guests, wanted, verdicts, atLeast, where, since, until);
    }

    /**
     * The same for bursts with a packet of one of these verdicts: names of {@link PacketVerdict} in upper or lower case,
     * also without {@code DROP_}.
     *
     * @throws IllegalArgumentException with one sentence if there is no such verdict
     */
    public AuditFilter withVerdicts(Iterable<String> names) {
        Set<Integer> wanted = new HashSet<>();
        for (String name : names) {
            wanted.add(
                    verdict(name)
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "no verdict is called " + name))
                            .code());
        }
        return new AuditFilter(
                types, boundaries, sources, guests, ports, wanted, atLeast, where, since, until);
    }

    /** The verdict of a name, in upper or lower case, with or without {@code DROP_}. */
    public static Optional<PacketVerdict> verdict(String name) {
        String wanted = name.toUpperCase(Locale.ROOT).replace('-', '_');
        for (PacketVerdict v : PacketVerdict.values()) {
            if (v.name().equals(wanted) || v.name().equals("DROP_" + wanted)) {
                return Optional.of(v);
            }
        }
        return Optional.empty();
    }

    /** The same for crossings of at least this severity. */
    public AuditFilter withSeverity(Severity least) {
        return new AuditFilter(
                types, boundaries, sources, guests, ports, verdicts, least, where, since, until);
    }

    /** The same with a condition besides; it takes the place of another one. */
    public AuditFilter withWhere(CrossingTest condition) {
        return new AuditFilter(
                types,
                boundaries,
                sources,
                guests,
                ports,
                verdicts,
                atLeast,
                Optional.of(condition),
                since,
                until);
    }

    /** The same for a time: {@code from} inclusive, {@code to} exclusive. */
    public AuditFilter between(Optional<Instant> from, Optional<Instant> to) {
        return new AuditFilter(
                types, boundaries, sources, guests, ports, verdicts, atLeast, where, from, to);
    }

    /** Whether the crossing is wanted; an aggregate counts from its first to its last. */
    public boolean accepts(Crossing c) {
        return (types.isEmpty() || c.type().filter(types::contains).isPresent())
                && (boundaries.isEmpty() || c.boundary().filter(boundaries::contains).isPresent())
                && (sources.isEmpty() || sources.contains(c.sourceName()))
                && (guests.isEmpty() || c.portName().filter(guests::contains).isPresent())
                && (ports.isEmpty()
                        || (c.port().isPresent() && ports.contains(c.port().getAsLong())))
                && (verdicts.isEmpty() || c.burst().filter(this::hasVerdict).isPresent())
                && (atLeast == Severity.UNKNOWN || Severity.of(c).compareTo(atLeast) >= 0)
                && since.map(s -> !CrossingFormat.instant(c.lastTime()).isBefore(s)).orElse(true)
                && until.map(u -> CrossingFormat.instant(c.time()).isBefore(u)).orElse(true)
                && where.map(w -> w.test(c)).orElse(true);
    }

    private boolean hasVerdict(Burst burst) {
        for (int i = 0; i < burst.packets(); i++) {
            if (verdicts.contains(burst.verdict(i))) {
                return true;
            }
        }
        return false;
    }

    /** What it can be true of; guests are not in it, because their ports are known only from the log. */
    public Reach reach() {
        Reach reach = where.map(CrossingTest::reach).orElse(Reach.ANYTHING);
        if (!types.isEmpty()) {
            reach = reach.and(Reach.ofTypes(types));
        }
        if (!boundaries.isEmpty()) {
            reach = reach.and(typesWith(type -> boundaries.contains(type.boundary())));
        }
        if (!ports.isEmpty()) {
            reach = reach.and(Reach.ofPorts(ports));
        }
        if (!verdicts.isEmpty()) {
            reach = reach.and(Reach.ofTypes(BURSTS));
        }
        if (atLeast != Severity.UNKNOWN) {
            reach = reach.and(typesWith(type -> Severity.mostOf(type).compareTo(atLeast) >= 0));
        }
        return reach;
    }

    private static Reach typesWith(Predicate<CrossingType> wanted) {
        EnumSet<CrossingType> all = EnumSet.noneOf(CrossingType.class);
        for (CrossingType type : CrossingType.values()) {
            if (wanted.test(type)) {
                all.add(type);
            }
        }
        return Reach.ofTypes(all);
    }
}
