package org.cofferdam.tests.lab;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A piece of JSON as maps, lists, strings, longs, doubles, booleans and null.
 *
 * @param value what it is, of those types
 */
public record Json(@Nullable Object value) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Reads one value. */
    public static Json parse(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            return new Json(read(parser));
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text, e);
        }
    }

    /** Reads one value a line, as logs are written. */
    public static List<Json> lines(String text) {
        return text.lines().filter(l -> !l.isBlank()).map(Json::parse).toList();
    }

    /** The value below these names; one of null where a name is missing. */
    public Json at(String... names) {
        @Nullable Object here = value;
        for (String name : names) {
            here = here instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return new Json(here);
    }

    /** The elements of an array. */
    public List<Json> elements() {
        if (!(value instanceof List<?> list)) {
            throw new AssertionError("not an array: " + value);
        }
        List<Json> all = new ArrayList<>();
        for (Object element : list) {
            all.add(new Json(element));
        }
        return all;
    }

    /** Whether there is such a value. */
    public boolean exists() {
        return value != null;
    }

    public long asLong() {
        if (value instanceof Number n) {
            return n.longValue();
        }
        throw new AssertionError("not a number: " + value);
    }

    public double asDouble() {
        if (value instanceof Number n) {
            return n.doubleValue();
        }
        throw new AssertionError("not a number: " + value);
    }

    /** The value as text, whatever its type; "null" if there is none. */
    public String asText() {
        return String.valueOf(value);
    }

    private static @Nullable Object read(JsonParser p) throws IOException {
        JsonToken token = p.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            while (p.nextToken() != JsonToken.END_OBJECT) {
                String name = p.currentName();
                p.nextToken();
                map.put(name, read(p));
            }
            return map;
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> list = new ArrayList<>();
            while (p.nextToken() != JsonToken.END_ARRAY) {
                list.add(read(p));
            }
            return list;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return p.getNumberValue(); // unsigned 64-bit values do not fit a long
        }
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            return p.getDoubleValue();
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return p.getBooleanValue();
        }
        if (token == JsonToken.VALUE_STRING) {
            return p.getText();
        }
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        throw new IOException("unexpected " + token);
    }
}
