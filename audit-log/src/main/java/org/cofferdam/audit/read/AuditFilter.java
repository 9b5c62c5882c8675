package org.cofferdam.audit.read;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.audit.Boundary;
import org.cofferdam.audit.CrossingType;

/**
 * Which crossings are wanted; an empty set or no time means all. All conditions must hold.
 *
 * @param types wanted types
 * @param boundaries wanted boundaries
 * @param sources wanted sources, by name
 * @param since not before this time
 * @param until before this time
 */
public record AuditFilter(
        Set<CrossingType> types,
        Set<Boundary> boundaries,
        Set<String> sources,
        Optional<Instant> since,
        Optional<Instant> until) {

    public AuditFilter {
        types = Set.copyOf(types);
        boundaries = Set.copyOf(boundaries);
        sources = Set.copyOf(sources);
    }

    /** Everything. */
    public static AuditFilter all() {
        return new AuditFilter(Set.of(), Set.of(), Set.of(), Optional.empty(), Optional.empty());
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
        return new AuditFilter(wanted, boundaries, sources, since, until);
    }

    /** The same for these boundaries. */
    public AuditFilter withBoundaries(Set<Boundary> wanted) {
        return new AuditFilter(types, wanted, sources, since, until);
    }

    /** The same for these sources. */
    public AuditFilter withSources(Set<String> wanted) {
        return new AuditFilter(types, boundaries, wanted, since, until);
    }

    /** The same for a time: {@code from} inclusive, {@code to} exclusive. */
    public AuditFilter between(Optional<Instant> from, Optional<Instant> to) {
        return new AuditFilter(types, boundaries, sources, from, to);
    }

    /** Whether the crossing is wanted; an aggregate counts from its first to its last. */
    public boolean accepts(Crossing c) {
        return (types.isEmpty() || c.type().filter(types::contains).isPresent())
                && (boundaries.isEmpty() || c.boundary().filter(boundaries::contains).isPresent())
                && (sources.isEmpty() || sources.contains(c.sourceName()))
                && since.map(s -> !CrossingFormat.instant(c.lastTime()).isBefore(s)).orElse(true)
                && until.map(u -> CrossingFormat.instant(c.time()).isBefore(u)).orElse(true);
    }
}
