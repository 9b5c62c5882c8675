package org.cofferdam.audit.read;

import java.util.HashSet;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockSummary;
import org.jspecify.annotations.Nullable;

/**
 * What a condition can be true of, told by type and port alone; so what lies outside need not be read. It may be too
 * wide and is never too narrow.
 *
 * @param types codes of types, or null for any
 * @param ports switch ports, or null for any, and for records without a port
 */
public record Reach(@Nullable Set<Integer> types, @Nullable Set<Long> ports) {
    /** Anything. */
    public static final Reach ANYTHING = new Reach(null, null);

    /** No record at all. */
    public static final Reach NOTHING = new Reach(Set.of(), null);

    private static final BlockSummary KNOWN_TYPES = knownTypes();

    public Reach {
        types = types == null ? null : Set.copyOf(types);
        ports = ports == null ? null : Set.copyOf(ports);
    }

    private static BlockSummary knownTypes() {
        BlockSummary.Builder all = new BlockSummary.Builder();
        for (CrossingType type : CrossingType.values()) {
            all.add(0, type.code());
        }
        return all.summary();
    }

    /** Records of these types. */
    public static Reach ofTypes(Iterable<CrossingType> wanted) {
        Set<Integer> codes = new HashSet<>();
        wanted.forEach(type -> codes.add(type.code()));
        return new Reach(codes, null);
    }

    /** Records that speak of these ports. */
    public static Reach ofPorts(Set<Long> wanted) {
        return new Reach(null, wanted);
    }

    /** What both conditions can be true of. */
    public Reach and(Reach other) {
        return new Reach(both(types, other.types), both(ports, other.ports));
    }

    /** What one of the conditions can be true of. */
    public Reach or(Reach other) {
        return new Reach(either(types, other.types), either(ports, other.ports));
    }

    private static <T> @Nullable Set<T> both(@Nullable Set<T> a, @Nullable Set<T> b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        Set<T> common = new HashSet<>(a);
        common.retainAll(b);
        return common;
    }

    private static <T> @Nullable Set<T> either(@Nullable Set<T> a, @Nullable Set<T> b) {
        if (a == null || b == null) {
            return null;
        }
        Set<T> all = new HashSet<>(a);
        all.addAll(b);
        return all;
    }

    /** Whether a block with this summary may hold such a record. */
    boolean mayBeIn(BlockSummary summary) {
        if (types == null) {
            return ports == null || anyKnownType(summary, ports) || holdsUnknownTypes(summary);
        }
        for (int code : types) {
            if (mayBeIn(summary, code, ports)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyKnownType(BlockSummary summary, Set<Long> ports) {
        for (CrossingType type : CrossingType.values()) {
            if (mayBeIn(summary, type.code(), ports)) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayBeIn(BlockSummary summary, int code, @Nullable Set<Long> ports) {
        if (!summary.mayHold(code)) {
            return false;
        }
        if (ports == null) {
            return true;
        }
        for (long port : ports) {
            if (summary.mayHold(code, (int) (port & 0xffff))) {
                return true;
            }
        }
        return false;
    }

    /** A newer writer's type may have a port where this version does not look for it. */
    private static boolean holdsUnknownTypes(BlockSummary summary) {
        return (summary.types0() & ~KNOWN_TYPES.types0()) != 0
                || (summary.types1() & ~KNOWN_TYPES.types1()) != 0;
    }
}
