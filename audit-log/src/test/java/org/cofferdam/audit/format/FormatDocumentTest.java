package org.cofferdam.audit.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.Field;
import org.cofferdam.audit.PacketVerdict;
import org.junit.jupiter.api.Test;

/** That FORMAT.md's lists of codes are those of the code, since a reader may be written from that file alone. */
class FormatDocumentTest {
    private static final Path DOCUMENT = Path.of("FORMAT.md");

    private static String row(CrossingType type) {
        return String.format(
                Locale.ROOT,
                "| %04x | %s | %s |",
                type.code(),
                type.name(),
                type.fields().stream()
                        .map(FormatDocumentTest::field)
                        .collect(Collectors.joining(", ")));
    }

    private static String field(Field field) {
        return field.kind() == Field.Kind.PORT ? "**" + field.name() + "**" : field.name();
    }

    @Test
    void theTableOfTypesIsThatOfTheCode() throws IOException {
        List<String> expected =
                Arrays.stream(CrossingType.values())
                        .sorted((a, b) -> Integer.compare(a.code(), b.code()))
                        .map(FormatDocumentTest::row)
                        .toList();
        List<String> found =
                Files.readAllLines(DOCUMENT).stream()
                        .filter(line -> line.matches("\\| [0-9a-f]{4} \\|.*"))
                        .toList();
        assertEquals(String.join("\n", expected), String.join("\n", found));
    }

    @Test
    void theVerdictsAreThoseOfTheCode() throws IOException {
        String expected =
                Arrays.stream(PacketVerdict.values())
                        .map(v -> v.code() + " " + v.name())
                        .collect(Collectors.joining(", "));
        String text = Files.readString(DOCUMENT).replaceAll("\\s+", " ");
        assertTrue(text.contains(expected), expected);
    }

    @Test
    void theSecondReaderKnowsTheFieldsThatArePorts() throws IOException {
        String script = Files.readString(SecondReader.SCRIPT);
        for (CrossingType type : CrossingType.values()) {
            int field = CrossingType.portField(type.code());
            String entry = String.format(Locale.ROOT, "0x%04x: %d,", type.code(), field);
            assertEquals(field >= 0, script.contains(entry), type::name);
        }
    }
}
