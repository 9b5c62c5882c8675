package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.cofferdam.monitor.config.OperatorError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimePointTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-22T20:00:00Z"), ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource({
        "30s,2026-11-22T19:59:30Z",
        "10m,2026-11-22T19:50:00Z",
        "2h,2026-11-22T18:00:00Z",
        "7d,2026-11-15T20:00:00Z",
        "10 min ago,2026-11-22T19:50:00Z",
        "2 hours ago,2026-11-22T18:00:00Z",
        "1 day ago,2026-11-21T20:00:00Z",
        "2 weeks ago,2026-11-08T20:00:00Z",
        "now,2026-11-22T20:00:00Z",
        "today,2026-11-21T23:00:00Z",
        "Yesterday,2026-11-20T23:00:00Z",
        "today 14:00,2026-11-22T13:00:00Z",
        "yesterday 9:30,2026-11-21T08:30:00Z",
        "14:00:05,2026-11-22T13:00:05Z",
        "2026-11-22,2026-11-21T23:00:00Z",
        "2026-11-22 19:00,2026-11-22T18:00:00Z",
        "2026-11-22T19:00:05.5,2026-11-22T18:00:05.500Z",
        "2026-11-22T19:00:00Z,2026-11-22T19:00:00Z",
        "2026-11-22T19:00:00+02:00,2026-11-22T17:00:00Z",
    })
    void aTimeIsReadAsWritten(String text, Instant expected) {
        assertEquals(expected, TimePoint.parse(text, CLOCK));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "25:00", "today 24:01", "10 parsecs ago", "2026-13-01"})
    void whatIsNoTimeIsSaidWithItsOption(String text) {
        OperatorError error =
                assertThrows(OperatorError.class, () -> TimePoint.parse("--until", text, CLOCK));
        assertTrue(error.sentence().startsWith("--until: "), error.sentence());
    }
}
