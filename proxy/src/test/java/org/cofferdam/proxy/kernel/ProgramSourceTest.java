package org.cofferdam.proxy.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the program's source promises to its readers. */
final class ProgramSourceTest {
    private static final Path SOURCE = Path.of("src/main/bpf/proxy.bpf.c");

    @Test
    void allThatRunsInTheHostKernelFitsInto300Lines() throws IOException {
        List<Path> sources;
        try (var files = Files.list(SOURCE.resolveSibling(""))) {
            sources = files.filter(f -> f.toString().matches(".*\\.[ch]")).toList();
        }
        assertEquals(List.of(SOURCE), sources);
        assertTrue(Files.readAllLines(SOURCE).size() <= 300);
    }

    @Test
    void theNumbersOfTheProgramAreThoseOfTheEnums() throws IOException {
        assertEquals(names(DropReason.values()), constants("reason", 2));
        assertEquals(names(DropDirection.values()), constants("direction", 1));
        assertEquals(names(Way.values()), constants("way", 1));
        for (DropReason reason : DropReason.values()) {
            assertEquals(reason, DropReason.of(reason.code()));
        }
        for (DropDirection direction : DropDirection.values()) {
            assertEquals(direction, DropDirection.of(direction.code()));
        }
        assertEquals(Way.values().length - 1, Way.PORT_TO_PORT.code());
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).toList();
    }

    /** The constants of an enum in the source, without the last {@code extra}, which are counts and marks. */
    private static List<String> constants(String name, int extra) throws IOException {
        Matcher found =
                Pattern.compile("enum " + name + " \\{([^}]*)\\}")
                        .matcher(Files.readString(SOURCE));
        assertTrue(found.find());
        List<String> constants = new ArrayList<>();
        for (String constant : found.group(1).split(",", -1)) {
            constants.add(constant.strip());
        }
        return constants.subList(0, constants.size() - extra);
    }
}
