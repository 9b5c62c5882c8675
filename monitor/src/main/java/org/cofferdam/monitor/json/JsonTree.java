package org.cofferdam.monitor.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value: an object, a list, a text, a number, a truth value or null. Asking a value for what it is not gives
 * emptiness (no fields, no items, "", 0, false) rather than an error: whoever shows an answer shows what is there.
 */
public final class JsonTree {
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(32)
                                    .maxStringLength(1 << 20)
                                    .build())
                    .build();
    private static final JsonTree NOTHING = new JsonTree(null);

    private final @Nullable Object value;

    private JsonTree(@Nullable Object value) {
        this.value = value;
    }

    /** Reads exactly one value. */
    public static JsonTree parse(String text) throws IOException {
        try (JsonParser in = JSON.createParser(text)) {
            in.nextToken();
            JsonTree tree = new JsonTree(read(in));
            if (in.nextToken() != null) {
                throw new IOException("something follows the JSON value");
            }
            return tree;
        }
    }

    private static @Nullable Object read(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case null -> throw new IOException("no JSON value");
            case START_OBJECT -> {
                Map<String, JsonTree> fields = new LinkedHashMap<>();
                for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                    in.nextToken();
                    fields.put(name, new JsonTree(read(in)));
                }
                yield fields;
            }
            case START_ARRAY -> {
                List<JsonTree> items = new ArrayList<>();
                while (!in.nextToken().isStructEnd()) {
                    items.add(new JsonTree(read(in)));
                }
                yield items;
            }
            case VALUE_STRING -> in.getText();
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** The object's field; a value of nothing if there is none. */
    public JsonTree get(String field) {
        return fields().getOrDefault(field, NOTHING);
    }

    public boolean has(String field) {
        return fields().containsKey(field);
    }

    /** The object's fields in the order of the text. */
    @SuppressWarnings("unchecked") // only read() makes maps, and of this type
    public Map<String, JsonTree> fields() {
        return value instanceof Map<?, ?> map ? (Map<String, JsonTree>) map : Map.of();
    }

    @SuppressWarnings("unchecked") // only read() makes lists, and of this type
    public List<JsonTree> items() {
        return value instanceof List<?> list ? (List<JsonTree>) list : List.of();
    }

    public String text() {
        return value instanceof String s ? s : "";
    }

    /** The text, if it is one and not empty. */
    public Optional<String> optionalText() {
        return Optional.of(text()).filter(t -> !t.isEmpty());
    }

    public long number() {
        return value instanceof Number n ? n.longValue() : 0;
    }

    public boolean flag() {
        return Boolean.TRUE.equals(value);
    }
}
