package org.cofferdam.monitor.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.cofferdam.monitor.config.OperatorError;

/**
 * The body of a control call: a flat JSON object of strings and truth values. Anything else, an unknown
 * field, a field twice or a wrong type is refused with a sentence (exit code 2, HTTP 400). The body's length has been
 * limited before it comes here.
 */
final class CallBody {
    private static final int MAX_STRING = 1024;
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(2)
                                    .maxStringLength(MAX_STRING)
                                    .maxNumberLength(20)
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private final Map<String, Object> fields;

    private CallBody(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** Reads a body; an empty one counts as an empty object. */
    static CallBody parse(byte[] body, Set<String> allowed) {
        Map<String, Object> fields = new HashMap<>();
        if (body.length == 0) {
            return new CallBody(fields);
        }
        try (JsonParser in = JSON.createParser(body)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("is not a JSON object");
            }
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String name = in.currentName();
                if (!allowed.contains(name)) {
                    throw wrong(
                            "has the unknown field \""
                                    + name
                                    + "\" (known: "
                                    + String.join(", ", allowed.stream().sorted().toList())
                                    + ")");
                }
                fields.put(name, value(in, name));
            }
            if (in.nextToken() != null) {
                throw wrong("goes on after its JSON object");
            }
        } catch (JsonProcessingException e) {
            throw wrong("is not JSON (" + e.getOriginalMessage() + ")");
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return new CallBody(fields);
    }

    private static Object value(JsonParser in, String name) throws IOException {
        JsonToken token = in.nextToken();
        return switch (token) {
            case VALUE_STRING -> in.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrong("has a field \"" + name + "\" of a type that is not used here");
        };
    }

    boolean flag(String name) {
        Object value = fields.getOrDefault(name, false);
        if (value instanceof Boolean b) {
            return b;
        }
        throw wrong("has a field \"" + name + "\" that is not true or false");
    }

    <T> Optional<T> text(String name, Function<String, T> parse) {
        Object value = fields.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String s) {
            return Optional.of(checked(name, s, parse));
        }
        throw wrong("has a field \"" + name + "\" that is not a string");
    }

    <T> T required(String name, Function<String, T> parse) {
        return text(name, parse).orElseThrow(() -> wrong("lacks the field \"" + name + "\""));
    }

    private static <T> T checked(String name, String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(name + ": " + e.getMessage());
        }
    }

    /** The fields in a form for the audit record. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        fields.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> out.append(' ').append(e.getKey()).append('=').append(e.getValue()));
        return out.toString();
    }

    private static OperatorError wrong(String what) {
        return OperatorError.usage(
                "the call's body " + what + "; see monitor/README.md for the control API");
    }
}
