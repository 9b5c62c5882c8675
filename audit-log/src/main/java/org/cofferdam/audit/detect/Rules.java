package org.cofferdam.audit.detect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The rules in force, by name. Immutable. */
public final class Rules {
    /** More is no rules file. */
    private static final long MOST_BYTES = 1 << 20;

    private static final String SHIPPED = "default-rules.json";

    private final Map<String, Rule> byName;

    Rules(Map<String, Rule> byName) {
        this.byName = new LinkedHashMap<>(byName);
    }

    /** The rules that come with this program. */
    public static Rules shipped() {
        return RulesReader.read(shippedText(), SHIPPED, new Rules(Map.of()));
    }

    /** The file of the rules that come with this program, to begin one's own from. */
    public static String shippedText() {
        try (InputStream in = Rules.class.getResourceAsStream(SHIPPED)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The shipped rules as a file changes them: what it says of a rule replaces what was shipped, all else stays.
     *
     * @throws RulesException if the file cannot be read or is not right, with line and column
     */
    public static Rules of(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new RulesException(
                        file + " has more than " + MOST_BYTES + " bytes, so it is no rules file");
            }
            return read(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new RulesException("cannot read the rules in " + file + ": " + e, e);
        }
    }

    /** The same for a text; {@code place} is what errors call it. */
    public static Rules read(String text, String place) {
        return RulesReader.read(text, place, shipped());
    }

    /** All rules, in the order of the file. */
    public Collection<Rule> all() {
        return java.util.Collections.unmodifiableCollection(byName.values());
    }

    /** A rule by its name. */
    public Optional<Rule> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
