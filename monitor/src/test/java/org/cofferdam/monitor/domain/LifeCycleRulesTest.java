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
    void threeFaultsRestartAtOnceAndThenThePauseDoublesToTenSeconds() {
        RestartPolicy policy = new RestartPolicy();
        long now = -5 * MS; // nanoTime may be negative
        assertEquals(0, policy.pauseAfterFault(now));
        assertEquals(0, policy.pauseAfterFault(now));
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
        dog.restart(0, 0);
        for (int i = 0; i < 1000; i++) {
            dog.ran(2 * MS);
            dog.slept();
            assertEquals(Watchdog.Finding.FINE, dog.look(10_000L * i * MS, 0, 0));
        }
    }

    @Test
    void aDomainThatRunsOnWithoutServingIsSpinning() {
        Watchdog dog = new Watchdog();
        dog.restart(0, 0);
        for (int i = 0; i < 500; i++) {
            dog.ran(MS);
        }
        assertEquals(Watchdog.Finding.FINE, dog.look(0, 0, 0));
        dog.ran(MS);
        assertEquals(Watchdog.Finding.SPINNING, dog.look(0, 0, 0));
    }

    @Test
    void timeThatTheMachineTookIsNotTheDomains() {
        Watchdog dog = new Watchdog();
        dog.restart(0, 0);
        dog.ran(30_000 * MS); // one slice, cut late because the thread had no core
        assertEquals(Watchdog.Finding.FINE, dog.look(30_000 * MS, 0, 0));
    }

    @Test
    void aSleeperThatLeavesFramesUnservedIsFoundToo() {
        Watchdog dog = new Watchdog();
        dog.restart(0, 0);
        assertEquals(Watchdog.Finding.FINE, dog.look(100 * MS, 1, 0));
        assertEquals(Watchdog.Finding.FINE, dog.look(200 * MS, 2, 0));
        assertEquals(Watchdog.Finding.FINE, dog.look(300 * MS, 2, 0));
        assertEquals(Watchdog.Finding.FINE, dog.look(400 * MS, 2, 0));
        assertEquals(Watchdog.Finding.FINE, dog.look(600 * MS, 2, 0));
        assertEquals(Watchdog.Finding.NOT_SERVING, dog.look(601 * MS, 3, 0));
    }

    @Test
    void servingForgetsWhatWasOffered() {
        Watchdog dog = new Watchdog();
        dog.restart(0, 0);
        dog.look(100 * MS, 5, 0);
        assertEquals(Watchdog.Finding.FINE, dog.look(400 * MS, 5, 3));
        for (int i = 0; i < 10; i++) {
            assertEquals(Watchdog.Finding.FINE, dog.look(2_000 * MS + i, 5, 3));
        }
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
