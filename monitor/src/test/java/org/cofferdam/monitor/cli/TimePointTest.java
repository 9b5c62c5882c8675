package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimePointTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-22T20:00:00Z"), ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource({
        "30s,2026-11-22T19:59:30Z",
        "10m,2026-11-22T19:50:00Z",
        "2h,2026-11-22T18:00:00Z",
        "7d,2026-11-15T20:00:00Z",
        "2026-11-22,2026-11-21T23:00:00Z",
        "2026-11-22 19:00,2026-11-22T18:00:00Z",
        "2026-11-22T19:00:05.5,2026-11-22T18:00:05.500Z",
        "2026-11-22T19:00:00Z,2026-11-22T19:00:00Z",
        "2026-11-22T19:00:00+02:00,2026-11-22T17:00:00Z",
    })
    void aTimeIsReadAsWritten(String text, Instant expected) {
        assertEquals(expected, TimePoint.parse(text, CLOCK));
    }
}
