package org.cofferdam.audit.kafka.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {
    @Test
    void whatFailsAgainAndAgainGetsSmallAndWhatIsQuickGetsLarge() {
        Pace pace = new Pace();
        for (int i = 0; i < 10; i++) {
            pace.committed(Duration.ofMillis(100).toNanos());
        }
        assertEquals(Pace.LARGEST, pace.bytes());
        pace.failed();
        assertTrue(pace.bytes() < Pace.LARGEST);
        for (int i = 0; i < 10; i++) {
            pace.failed();
        }
        assertEquals(Pace.SMALLEST, pace.bytes());
        pace.committed(Duration.ofSeconds(5).toNanos());
        assertEquals(Pace.SMALLEST, pace.bytes());
        pace.committed(Duration.ofSeconds(1).toNanos());
        assertEquals(2 * Pace.SMALLEST, pace.bytes());
        pace.committed(Duration.ofSeconds(20).toNanos());
        assertEquals(Pace.SMALLEST, pace.bytes());
    }
}
