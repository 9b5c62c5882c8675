package org.cofferdam.monitor.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Writes the small JSON objects that commands send: texts, truth values and lists of texts. */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonText() {}

    static String object(Map<String, ?> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            for (Map.Entry<String, ?> field : fields.entrySet()) {
                out.writeFieldName(field.getKey());
                switch (field.getValue()) {
                    case Boolean flag -> out.writeBoolean(flag);
                    case List<?> items -> {
                        out.writeStartArray();
                        for (Object item : items) {
                            out.writeString(item.toString());
                        }
                        out.writeEndArray();
                    }
                    default -> out.writeString(field.getValue().toString());
                }
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return text.toString();
    }
}
