package org.cofferdam.monitor.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LifeCycleRulesTest {
    private static final long MS = 1_000_000L;

    @Test
    void aFaultedDomainStartsOnlyThroughBackOff() {
        Set<DomainState> next =
                Arrays.stream(DomainState.values())
                        .filter(DomainState.FAULTED::mayBecome)
                        .collect(Collectors.toSet());
        assertEquals(Set.of(DomainState.BACKING_OFF, DomainState.STOPPED), next);
        assertFalse(DomainState.STOPPED.mayBecome(DomainState.RUNNING));
    }

    @Test
    void theFirstFaultRestartsAtOnceAndThenThePauseDoublesToTenSeconds() {
        RestartPolicy policy = new RestartPolicy();
        long now = -5 * MS; // nanoTime may be negative
        assertEquals(0, policy.pauseAfterFault(now));
        assertEquals(100 * MS, policy.pauseAfterFault(now));
        assertEquals(200 * MS, policy.pauseAfterFault(now));
        for (int i = 0; i < 100; i++) {
            assertTrue(policy.pauseAfterFault(now) <= 10_000 * MS);
        }
        assertEquals(10_000 * MS, policy.pauseAfterFault(now));
        assertEquals(0, policy.pauseAfterFault(now + 60_001 * MS));
    }

    @Test
    void anIdleDomainThatSleepsIsFine() {
        Watchdog dog = new Watchdog();
        dog.restart(0, 0, 0);
        assertEquals(Watchdog.Finding.FINE, dog.look(10_000 * MS, 0, 0, false));
        assertEquals(Watchdog.Finding.FINE, dog.look(10_400 * MS, 0, 0, true));
    }

    @Test
    void aDomainThatRunsOnWithoutServingIsSpinning() {
        Watchdog dog = new Watchdog();
        dog.restart(0, 0, 0);
        assertEquals(Watchdog.Finding.FINE, dog.look(400 * MS, 0, 1, true));
        assertEquals(Watchdog.Finding.FINE, dog.look(900 * MS, 0, 1, true));
        assertEquals(Watchdog.Finding.SPINNING, dog.look(901 * MS, 0, 1, true));
    }

    @Test
    void aSleeperThatLeavesFramesUnservedIsFoundToo() {
        Watchdog dog = new Watchdog();
        dog.restart(0, 0, 0);
        assertEquals(Watchdog.Finding.FINE, dog.look(100 * MS, 1, 0, false));
        assertEquals(Watchdog.Finding.FINE, dog.look(600 * MS, 2, 0, false));
        assertEquals(Watchdog.Finding.NOT_SERVING, dog.look(601 * MS, 3, 0, false));
    }

    @Test
    void servingForgetsWhatWasOffered() {
        Watchdog dog = new Watchdog();
        dog.restart(0, 0, 0);
        dog.look(100 * MS, 5, 0, true);
        assertEquals(Watchdog.Finding.FINE, dog.look(400 * MS, 5, 3, true));
        assertEquals(Watchdog.Finding.FINE, dog.look(2_000 * MS, 5, 3, false));
    }

    @Test
    void onlyADomainThatIsCutAgainAndAgainPauses() {
        CpuQuota quota = new CpuQuota();
        for (int i = 0; i < CpuQuota.PATIENCE; i++) {
            assertFalse(quota.pauseDue());
            quota.sliceWasCut();
        }
        assertTrue(quota.pauseDue());
        quota.yielded();
        assertFalse(quota.pauseDue());
    }
}
