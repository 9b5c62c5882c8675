package org.cofferdam.audit.detect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.Field;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.read.Severity;
import org.jspecify.annotations.Nullable;

/** Reads a rules file, over rules that are there already. Each complaint names line and column. */
final class RulesReader {
    /** A month; what is longer is a mistake. */
    static final long LONGEST_NANOS = 31L * 24 * 3600 * 1_000_000_000L;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");
    private static final int MOST_RULES = 200;
    private static final int MOST_ENTRIES = 1000;
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .build();

    private final JsonParser in;
    private final String place;
    private final Map<String, Rule> rules = new LinkedHashMap<>();

    private RulesReader(JsonParser in, String place, Rules before) {
        this.in = in;
        this.place = place;
        before.all().forEach(rule -> rules.put(rule.name(), rule));
    }

    static Rules read(String text, String place, Rules before) {
        try (JsonParser in = JSON.createParser(text)) {
            RulesReader reader = new RulesReader(in, place, before);
            reader.file();
            return new Rules(reader.rules);
        } catch (JsonProcessingException e) {
            throw wrong(place, e.getLocation(), e.getOriginalMessage());
        } catch (IOException e) {
            throw new RulesException(place + ": " + e.getMessage(), e); // memory does not fail so
        }
    }

    private static RulesException wrong(String place, @Nullable JsonLocation at, String what) {
        String where =
                at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr();
        String sentence = what.lines().findFirst().orElse("wrong").strip();
        return new RulesException(place + where + ": " + sentence);
    }

    private RulesException wrong(String what) {
        return wrong(place, in.currentTokenLocation(), what);
    }

    private void file() throws IOException {
        in.nextToken();
        object(
                "a rules file",
                key -> {
                    if (!key.equals("rules")) {
                        throw wrong("\"" + key + "\" is not known here; there is \"rules\"");
                    }
                    object("\"rules\"", this::rule);
                });
        if (in.nextToken() != null) {
            throw wrong("something stands behind the end");
        }
    }

    private interface Member {
        void read(String key) throws IOException;
    }

    /** Reads an object whose first token is the current one; for each key the parser stands on its value. */
    private void object(String what, Member member) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrong(what + " is an object in braces");
        }
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String key = in.currentName();
            in.nextToken();
            member.read(key);
        }
    }

    private void rule(String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw wrong(
                    "\"" + name + "\" is no name of a rule: lower case letters, digits and dashes");
        }
        if (rules.size() == MOST_RULES && !rules.containsKey(name)) {
            throw wrong("more than " + MOST_RULES + " rules");
        }
        Draft draft = new Draft(name, rules.get(name));
        JsonLocation at = in.currentTokenLocation();
        object("rule \"" + name + "\"", draft::member);
        rules.put(name, draft.finish(at));
    }

    private String text() throws IOException {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong("\"" + in.currentName() + "\" is a text in quotes");
        }
        return in.getText();
    }

    private boolean yesOrNo() throws IOException {
        if (!in.currentToken().isBoolean()) {
            throw wrong("\"" + in.currentName() + "\" is true or false");
        }
        return in.getBooleanValue();
    }

    private long whole(long least, long most) throws IOException {
        if (in.currentToken() != JsonToken.VALUE_NUMBER_INT
                || in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || in.getLongValue() < least
                || in.getLongValue() > most) {
            throw wrong(
                    "\"" + in.currentName() + "\" is a whole number from " + least + " to " + most);
        }
        return in.getLongValue();
    }

    private long time() throws IOException {
        Matcher m = TIME.matcher(in.currentToken() == JsonToken.VALUE_STRING ? in.getText() : "");
        long nanos = 0;
        if (m.matches()) {
            long unit =
                    switch (m.group(2)) {
                        case "ms" -> 1_000_000L;
                        case "s" -> 1_000_000_000L;
                        case "m" -> 60_000_000_000L;
                        case "h" -> 3_600_000_000_000L;
                        default -> 86_400_000_000_000L;
                    };
            long number = Long.parseLong(m.group(1));
            nanos = number > LONGEST_NANOS / unit ? 0 : number * unit;
        }
        if (nanos == 0) {
            throw wrong(
                    "\""
                            + in.currentName()
                            + "\" is a time from 1 ms to 31 days, like \"500ms\", \"10s\", \"5m\" or \"2h\"");
        }
        return nanos;
    }

    /** Reads a list of texts, or of whole numbers, which become texts. */
    private void list(Consumer<String> each) throws IOException {
        String name = in.currentName();
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("\"" + name + "\" is a list in brackets");
        }
        int entries = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (!in.currentToken().isScalarValue() || ++entries > MOST_ENTRIES) {
                throw wrong("\"" + name + "\" is a list of at most " + MOST_ENTRIES + " texts");
            }
            each.accept(in.getText());
        }
    }

    /** A rule under way: what was there before, and what the file says of it. */
    private final class Draft {
        private final String name;
        private final @Nullable Rule before;
        private @Nullable RuleKind kind;
        private boolean enabled;
        private Severity severity = Severity.MEDIUM;
        private String says;
        private long window = 10_000_000_000L;
        private long quiet = 60_000_000_000L;
        private Set<CrossingType> types = Set.of();
        private Set<PacketVerdict> verdicts = Set.of();
        private String weight = "";
        private String distinctBy = "";
        private Map<String, Set<Long>> unless = Map.of();
        private boolean perPort = true;
        private boolean guestsOnly;
        private Set<String> allow = Set.of();
        private Map<String, Long> profiles = Map.of();
        private final Map<String, Long> numbers = new HashMap<>();

        Draft(String name, @Nullable Rule before) {
            this.name = name;
            this.before = before;
            this.says = name;
            this.enabled = true;
            if (before != null) {
                kind = before.kind();
                enabled = before.enabled();
                severity = before.severity();
                says = before.says();
                window = before.window();
                quiet = before.quiet();
                types = before.types();
                verdicts = before.verdicts();
                weight = before.weight();
                distinctBy = before.distinctBy();
                unless = before.unless();
                perPort = before.perPort();
                guestsOnly = before.guestsOnly();
                allow = before.allow();
                profiles = before.profiles();
                numbers.putAll(before.numbers());
            }
        }

        void member(String key) throws IOException {
            switch (key) {
                case "kind" -> kind = kind();
                case "enabled" -> enabled = yesOrNo();
                case "severity" -> severity = severity();
                case "says" -> says = says();
                case "window" -> window = time();
                case "quiet" -> quiet = time();
                case "types" -> types = types();
                case "verdicts" -> verdicts = verdicts();
                case "weight" -> weight = text();
                case "distinctBy" -> distinctBy = text();
                case "unless" -> unless = unless();
                case "per" -> perPort = perPort();
                case "guestsOnly" -> guestsOnly = yesOrNo();
                case "allow" -> allow = allow();
                case "profiles" -> profiles = profiles();
                default -> number(key);
            }
        }

        private RuleKind kind() throws IOException {
            String word = text();
            RuleKind found =
                    RuleKind.of(word)
                            .orElseThrow(
                                    () ->
                                            wrong(
                                                    "there is no kind of rule \""
                                                            + word
                                                            + "\"; DETECTORS.md lists them"));
            if (before != null && before.kind() != found) {
                throw wrong("rule \"" + name + "\" is of kind " + before.kind().word());
            }
            return found;
        }

        private Severity severity() throws IOException {
            String word = text();
            return Severity.named(word)
                    .filter(s -> s != Severity.UNKNOWN)
                    .orElseThrow(
                            () ->
                                    wrong(
                                            "\""
                                                    + word
                                                    + "\" is no severity: informational, low, medium, high,"
                                                    + " critical or fatal"));
        }

        private String says() throws IOException {
            String text = text();
            if (text.isBlank() || text.length() > 200) {
                throw wrong("\"says\" is a text of 1 to 200 characters");
            }
            return text;
        }

        private Set<CrossingType> types() throws IOException {
            EnumSet<CrossingType> found = EnumSet.noneOf(CrossingType.class);
            list(
                    word ->
                            found.add(
                                    CrossingType.named(word)
                                            .orElseThrow(
                                                    () ->
                                                            wrong(
                                                                    "no crossing type is called "
                                                                            + word))));
            return found;
        }

        private Set<PacketVerdict> verdicts() throws IOException {
            EnumSet<PacketVerdict> found = EnumSet.noneOf(PacketVerdict.class);
            list(
                    word -> {
                        try {
                            found.add(PacketVerdict.valueOf(word.toUpperCase(Locale.ROOT)));
                        } catch (IllegalArgumentException e) {
                            throw wrong("no verdict on packets is called " + word);
                        }
                    });
            return found;
        }

        private Map<String, Set<Long>> unless() throws IOException {
            Map<String, Set<Long>> found = new HashMap<>();
            object(
                    "\"unless\"",
                    field -> {
                        Set<Long> values = new HashSet<>();
                        list(
                                text -> {
                                    if (!WHOLE.matcher(text).matches()) {
                                        throw wrong("\"" + field + "\" has whole numbers only");
                                    }
                                    values.add(Long.parseLong(text));
                                });
                        found.put(field, Set.copyOf(values));
                    });
            return found;
        }

        private boolean perPort() throws IOException {
            return switch (text()) {
                case "port" -> true;
                case "log" -> false;
                default -> throw wrong("\"per\" is \"port\" or \"log\"");
            };
        }

        private Set<String> allow() throws IOException {
            Set<String> found = new HashSet<>();
            list(found::add);
            return found;
        }

        private Map<String, Long> profiles() throws IOException {
            Map<String, Long> found = new HashMap<>();
            object("\"profiles\"", guest -> found.put(guest, whole(1, 1L << 50)));
            if (found.size() > MOST_ENTRIES) {
                throw wrong("more than " + MOST_ENTRIES + " profiles");
            }
            return found;
        }

        private void number(String key) throws IOException {
            RuleKind of = kind;
            if (of == null) {
                throw wrong("\"kind\" comes before \"" + key + "\" in a new rule");
            }
            RuleKind.Setting setting = of.setting(key);
            if (setting == null) {
                throw wrong("\"" + key + "\" is not known in a rule of kind " + of.word());
            }
            numbers.put(key, setting.isTime() ? time() : whole(setting.least(), setting.most()));
        }

        Rule finish(JsonLocation at) {
            RuleKind of = kind;
            if (of == null) {
                throw wrong(place, at, "rule \"" + name + "\" has no \"kind\"");
            }
            if (of == RuleKind.RATE) {
                if (types.isEmpty()) {
                    throw wrong(place, at, "rule \"" + name + "\" needs \"types\"");
                }
                if (!numbers.containsKey("count")) {
                    throw wrong(place, at, "rule \"" + name + "\" needs \"count\"");
                }
                hasField(at, "weight", weight);
                hasField(at, "distinctBy", distinctBy);
                unless.keySet().forEach(field -> hasField(at, "unless", field));
                if (numbers.containsKey("distinct") == distinctBy.isEmpty()) {
                    throw wrong(
                            place,
                            at,
                            "rule \"" + name + "\" needs both of \"distinct\" and \"distinctBy\"");
                }
            } else if (of == RuleKind.BEACON || of == RuleKind.CHAIN) {
                for (RuleKind.Setting setting : of.settings()) {
                    if (!numbers.containsKey(setting.name())) {
                        throw wrong(
                                place,
                                at,
                                "rule \"" + name + "\" needs \"" + setting.name() + "\"");
                    }
                }
            }
            return new Rule(
                    name,
                    of,
                    enabled,
                    severity,
                    says,
                    window,
                    quiet,
                    types,
                    verdicts,
                    weight,
                    distinctBy,
                    unless,
                    perPort,
                    guestsOnly,
                    allow,
                    profiles,
                    numbers);
        }

        private void hasField(JsonLocation at, String setting, String field) {
            boolean known =
                    field.isEmpty()
                            || types.stream()
                                    .flatMap(t -> t.fields().stream())
                                    .map(Field::name)
                                    .anyMatch(field::equals);
            if (!known) {
                throw wrong(
                        place, at, "\"" + setting + "\": none of the types has a field " + field);
            }
        }
    }
}
