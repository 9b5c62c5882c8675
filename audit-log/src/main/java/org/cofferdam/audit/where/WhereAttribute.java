package org.cofferdam.audit.where;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.cofferdam.audit.Boundary;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.Field;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingTest;
import org.cofferdam.audit.read.Reach;
import org.cofferdam.audit.read.Severity;
import org.cofferdam.audit.where.WhereError.Kind;
import org.cofferdam.audit.where.WhereNode.Test;

/** What of a crossing can be compared, by its name in an expression. */
sealed interface WhereAttribute {
    /** Compares with one value. */
    Test compare(WhereOperator operator, WhereToken sign, WhereToken value);

    /** Whether it is there, and neither zero nor empty. */
    Test present();

    /** Whether it is one of these values. */
    default WhereNode oneOf(List<WhereToken> values) {
        List<WhereNode> parts = new ArrayList<>();
        for (WhereToken value : values) {
            parts.add(compare(WhereOperator.EQUAL, value, value));
        }
        return new WhereNode.Or(List.copyOf(parts));
    }

    /** The attribute that an expression calls so. */
    static WhereAttribute named(WhereToken name) {
        String text = name.text().toLowerCase(Locale.ROOT);
        WhereAttribute attribute =
                switch (text) {
                    case "type" -> new OfType();
                    case "boundary" -> new OfBoundary();
                    case "severity" -> new OfSeverity();
                    case "verdict" -> new OfVerdict();
                    case "source" -> new Text(c -> Optional.of(c.sourceName()));
                    case "guest" -> new Text(Crossing::portName);
                    case "text" -> new Text(c -> Optional.of(c.text()));
                    case "port" -> new Numeric(Crossing::port, true, Reach.ANYTHING);
                    case "run" -> numeric(c -> OptionalLong.of(c.run()));
                    case "sequence" -> numeric(c -> OptionalLong.of(c.sequence()));
                    case "count" -> numeric(c -> OptionalLong.of(c.count()));
                    case "packets" -> numeric(c -> ofBurst(c, "packets", Burst::packets));
                    case "bytes" -> numeric(c -> ofBurst(c, "bytes", Burst::bytes));
                    case "queue" -> numeric(c -> ofBurst(c, "queue", Burst::queue));
                    default -> new OfField(text.startsWith("field.") ? text.substring(6) : text);
                };
        if (attribute instanceof OfField field && field.kinds().isEmpty()) {
            throw new WhereError(
                    Kind.UNKNOWN_NAME,
                    name.column(),
                    "no crossing has \"" + name.text() + "\"; audit-log/README.md lists the names");
        }
        return attribute;
    }

    private static Numeric numeric(Function<Crossing, OptionalLong> value) {
        return new Numeric(value, false, Reach.ANYTHING);
    }

    /** Of a burst, or else of the field of that name. */
    private static OptionalLong ofBurst(Crossing c, String name, ToLongFunction<Burst> value) {
        return c.burst().isPresent()
                ? OptionalLong.of(value.applyAsLong(c.burst().get()))
                : c.field(name);
    }

    private static WhereError badOperator(WhereToken sign, String may) {
        return new WhereError(
                Kind.BAD_OPERATOR,
                sign.column(),
                "\"" + sign.text() + "\" does not work here; " + may);
    }

    private static WhereError badValue(WhereToken value, String what) {
        return new WhereError(
                Kind.BAD_VALUE, value.column(), "\"" + value.text() + "\" is not " + what);
    }

    private static Reach reach(WhereOperator operator, Iterable<CrossingType> types) {
        return operator == WhereOperator.NOT_EQUAL ? Reach.ANYTHING : Reach.ofTypes(types);
    }

    private static void equalityOnly(WhereOperator operator, WhereToken sign) {
        if (operator != WhereOperator.EQUAL && operator != WhereOperator.NOT_EQUAL) {
            throw badOperator(sign, "write == or !=");
        }
    }

    /** The type; one that is not known here is compared by its number, as in {@code TYPE_0x1234}. */
    record OfType() implements WhereAttribute {
        @Override
        public Test compare(WhereOperator operator, WhereToken sign, WhereToken value) {
            if (operator == WhereOperator.CONTAINS) {
                String piece = value.text().toUpperCase(Locale.ROOT);
                return new Test(c -> c.typeName().contains(piece), Reach.ANYTHING);
            }
            equalityOnly(operator, sign);
            Optional<CrossingType> type = CrossingType.named(value.text());
            if (type.isEmpty()) {
                throw badValue(value, "a crossing's type");
            }
            int code = type.get().code();
            return new Test(
                    c -> operator.holds(Integer.compare(c.code(), code)),
                    reach(operator, Set.of(type.get())));
        }

        @Override
        public Test present() {
            return new Test(c -> c.type().isPresent(), Reach.ANYTHING);
        }
    }

    /** The boundary. */
    record OfBoundary() implements WhereAttribute {
        @Override
        public Test compare(WhereOperator operator, WhereToken sign, WhereToken value) {
            equalityOnly(operator, sign);
            String wanted = value.text().toUpperCase(Locale.ROOT).replace('-', '_');
            for (Boundary boundary : Boundary.values()) {
                if (boundary.name().equals(wanted)) {
                    return new Test(
                            c ->
                                    c.boundary().isPresent()
                                            && (c.boundary().get() == boundary)
                                                    == (operator == WhereOperator.EQUAL),
                            reach(operator, typesOf(boundary)));
                }
            }
            throw badValue(value, "a boundary");
        }

        private static Set<CrossingType> typesOf(Boundary boundary) {
            EnumSet<CrossingType> all = EnumSet.allOf(CrossingType.class);
            all.removeIf(type -> type.boundary() != boundary);
            return all;
        }

        @Override
        public Test present() {
            return new Test(c -> c.boundary().isPresent(), Reach.ANYTHING);
        }
    }

    /** The severity, which is ordered. */
    record OfSeverity() implements WhereAttribute {
        @Override
        public Test compare(WhereOperator operator, WhereToken sign, WhereToken value) {
            if (operator == WhereOperator.CONTAINS) {
                throw badOperator(sign, "compare a severity with == != < <= > >=");
            }
            Severity wanted =
                    Severity.named(value.text())
                            .orElseThrow(
                                    () ->
                                            badValue(
                                                    value,
                                                    "a severity (informational, low, medium, high,"
                                                            + " critical, fatal)"));
            return new Test(c -> operator.holds(Severity.of(c).compareTo(wanted)), Reach.ANYTHING);
        }

        @Override
        public Test present() {
            return new Test(c -> Severity.of(c) != Severity.UNKNOWN, Reach.ANYTHING);
        }
    }

    /** The verdicts of a burst's packets. */
    record OfVerdict() implements WhereAttribute {
        @Override
        public Test compare(WhereOperator operator, WhereToken sign, WhereToken value) {
            equalityOnly(operator, sign);
            int code = AuditFilter.verdict(value.text()).map(PacketVerdict::code).orElse(-1);
            if (code < 0) {
                throw badValue(value, "a packet's verdict");
            }
            boolean wanted = operator == WhereOperator.EQUAL;
            return new Test(
                    c -> c.burst().isPresent() && has(c.burst().get(), code) == wanted,
                    Reach.ANYTHING);
        }

        private static boolean has(Burst burst, int code) {
            for (int i = 0; i < burst.packets(); i++) {
                if (burst.verdict(i) == code) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public Test present() {
            return new Test(c -> c.burst().isPresent(), Reach.ANYTHING);
        }
    }

    /** A text. */
    record Text(Function<Crossing, Optional<String>> value) implements WhereAttribute {
        @Override
        public Test compare(WhereOperator operator, WhereToken sign, WhereToken wanted) {
            String text = wanted.text();
            if (operator == WhereOperator.CONTAINS) {
                String piece = text.toLowerCase(Locale.ROOT);
                return test(t -> t.toLowerCase(Locale.ROOT).contains(piece));
            }
            if (operator != WhereOperator.EQUAL && operator != WhereOperator.NOT_EQUAL) {
                throw badOperator(sign, "compare a text with == or !=, or look for a piece with ~");
            }
            return test(t -> t.equals(text) == (operator == WhereOperator.EQUAL));
        }

        @Override
        public Test present() {
            return test(t -> !t.isEmpty());
        }

        private Test test(Predicate<String> holds) {
            CrossingTest test = c -> value.apply(c).filter(holds).isPresent();
            return new Test(test, Reach.ANYTHING);
        }
    }

    /** An unsigned number that every kind of record has in the same way. */
    record Numeric(Function<Crossing, OptionalLong> value, boolean isPort, Reach reach)
            implements WhereAttribute {
        @Override
        public Test compare(WhereOperator operator, WhereToken sign, WhereToken wanted) {
            if (operator == WhereOperator.CONTAINS) {
                throw badOperator(sign, "compare a number with == != < <= > >=");
            }
            long number =
                    WhereValue.number(wanted.text())
                            .orElseThrow(() -> badValue(wanted, "a number"));
            return new Test(
                    c -> {
                        OptionalLong found = value.apply(c);
                        return found.isPresent()
                                && operator.holds(Long.compareUnsigned(found.getAsLong(), number));
                    },
                    isPort && operator == WhereOperator.EQUAL
                            ? Reach.ofPorts(Set.of(number))
                            : reach);
        }

        @Override
        public Test present() {
            return new Test(
                    c -> {
                        OptionalLong found = value.apply(c);
                        return found.isPresent() && found.getAsLong() != 0;
                    },
                    reach);
        }
    }

    /** A field by its name, of whatever types have it; each type reads the value by its own kind. */
    record OfField(String name) implements WhereAttribute {
        Map<CrossingType, Field.Kind> kinds() {
            Map<CrossingType, Field.Kind> all = new EnumMap<>(CrossingType.class);
            for (CrossingType type : CrossingType.values()) {
                for (Field field : type.fields()) {
                    if (field.name().equals(name)) {
                        all.put(type, field.kind());
                    }
                }
            }
            return all;
        }

        @Override
        public Test compare(WhereOperator operator, WhereToken sign, WhereToken wanted) {
            if (operator == WhereOperator.CONTAINS) {
                throw badOperator(sign, "compare a field with == != < <= > >=");
            }
            Map<CrossingType, Field.Kind> kinds = kinds();
            Map<CrossingType, Long> values = new EnumMap<>(CrossingType.class);
            kinds.forEach(
                    (type, kind) ->
                            WhereValue.of(kind, wanted.text()).ifPresent(v -> values.put(type, v)));
            if (values.isEmpty()) {
                throw badValue(
                        wanted,
                        "a value of " + name + ", which is " + WhereValue.names(kinds.values()));
            }
            return new Test(c -> holds(c, operator, kinds, values), Reach.ofTypes(values.keySet()));
        }

        private boolean holds(
                Crossing c,
                WhereOperator operator,
                Map<CrossingType, Field.Kind> kinds,
                Map<CrossingType, Long> values) {
            Optional<CrossingType> type = c.type();
            Long wanted = type.map(values::get).orElse(null);
            OptionalLong found = c.field(name);
            if (wanted == null || found.isEmpty()) {
                return false;
            }
            boolean signed = type.map(kinds::get).filter(Field.Kind.SIGNED::equals).isPresent();
            return operator.holds(
                    signed
                            ? Long.compare(found.getAsLong(), wanted)
                            : Long.compareUnsigned(found.getAsLong(), wanted));
        }

        @Override
        public Test present() {
            return new Test(c -> c.field(name).orElse(0) != 0, Reach.ofTypes(kinds().keySet()));
        }
    }
}
