package org.cofferdam.libos.net.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Timers fire once, never early, and late by a tick at most. */
class TimerWheelTest {
    private static final long TICK = 1 << 20;

    private final TimerWheel wheel = new TimerWheel(0);

    private static final class Probe extends Timer {
        private final long deadline;
        private long firedAt = -1;

        Probe(long deadline) {
            this.deadline = deadline;
        }

        @Override
        protected void expired(long now) {
            assertEquals(-1, firedAt, "fired twice");
            firedAt = now;
        }
    }

    @Test
    void eachTimerFiresOnceInItsTick() {
        SplittableRandom random = new SplittableRandom(1);
        List<Probe> probes = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Probe probe = new Probe(1 + random.nextLong(5000 * TICK));
            wheel.schedule(probe, probe.deadline);
            probes.add(probe);
        }
        for (long now = 0; now <= 5001 * TICK; now += TICK / 2) {
            wheel.turn(now);
        }
        for (Probe probe : probes) {
            long late = probe.firedAt - probe.deadline;
            assertTrue(late >= 0 && late <= 3 * TICK / 2, "late by " + late);
        }
        assertEquals(0, wheel.size());
    }

    @Test
    void aCancelledTimerDoesNotFireAndAMovedOneFiresThen() {
        Probe cancelled = new Probe(10 * TICK);
        Probe moved = new Probe(10 * TICK);
        wheel.schedule(cancelled, 10 * TICK);
        wheel.schedule(moved, 10 * TICK);
        wheel.cancel(cancelled);
        wheel.schedule(moved, 2000 * TICK);
        wheel.turn(100 * TICK);
        assertEquals(-1, cancelled.firedAt);
        assertEquals(-1, moved.firedAt);
        wheel.turn(2000 * TICK);
        assertEquals(2000 * TICK, moved.firedAt);
        assertFalse(moved.isScheduled());
    }

    @Test
    void theNextExpiryIsThatOfTheFirstTimer() {
        assertEquals(TimerWheel.NEVER, wheel.nextExpiry());
        wheel.schedule(new Probe(0), 3000 * TICK);
        assertEquals(3000 * TICK, wheel.nextExpiry());
        wheel.schedule(new Probe(0), 1500 * TICK - 5);
        assertEquals(1500 * TICK, wheel.nextExpiry());
    }

    @Test
    void aTimerMayCancelAnotherThatIsDueAtTheSameTime() {
        Probe[] probes = {new Probe(TICK), new Probe(TICK)};
        for (int i = 0; i < 2; i++) {
            Probe other = probes[1 - i];
            wheel.schedule(
                    new Timer() {
                        @Override
                        protected void expired(long now) {
                            wheel.cancel(other);
                        }
                    },
                    TICK);
            wheel.schedule(probes[i], 2 * TICK);
        }
        wheel.turn(10 * TICK);
        assertTrue(probes[0].firedAt < 0 && probes[1].firedAt < 0);
    }
}
