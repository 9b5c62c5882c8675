package org.cofferdam.monitor.domain;

/**
 * Holds a domain that does not yield to half of a core. A good driver yields within microseconds; one whose
 * slices are cut by the timer {@link #PATIENCE} times running pauses as long as it ran, until it yields again.
 * One thread.
 */
final class CpuQuota {
    /** Cut slices before the quota holds: long initialisations pass. */
    static final int PATIENCE = 20;

    private int cut;

    /** The timer cut a slice. */
    void sliceWasCut() {
        cut++;
    }

    /** The domain gave the processor back by itself. */
    void yielded() {
        cut = 0;
    }

    /** Whether a pause as long as a slice is due before the next slice. */
    boolean pauseDue() {
        return cut >= PATIENCE;
    }
}
