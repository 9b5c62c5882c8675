package org.cofferdam.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class PartsTest {
    private final List<String> closed = new ArrayList<>();
    private final Parts parts = new Parts();

    @Test
    void theLastOneMadeIsClosedFirst() {
        parts.add(() -> closed.add("group"));
        parts.add(() -> closed.add("device"));
        parts.close();
        parts.close();
        assertEquals(List.of("device", "group"), closed);
    }

    @Test
    void onePartThatFailsDoesNotKeepTheOthersOpen() {
        parts.add(() -> closed.add("group"));
        parts.add(() -> fail("device"));
        parts.add(() -> fail("region"));
        Parts.CloseException e = assertThrows(Parts.CloseException.class, parts::close);
        assertEquals("region", e.getMessage());
        assertEquals(
                "device", Objects.requireNonNull(e.getCause()).getSuppressed()[0].getMessage());
        assertEquals(List.of("group"), closed);
    }

    private static void fail(String what) {
        throw new IllegalStateException(what);
    }
}
