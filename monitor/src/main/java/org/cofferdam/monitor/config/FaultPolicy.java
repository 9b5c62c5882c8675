package org.cofferdam.monitor.config;

/** What happens when the driver domain faults, spins or gives up. */
public enum FaultPolicy {
    /** The card is reset and the domain started afresh, with a growing pause if it goes on failing. */
    RESTART,
    /** The domain stays down until the operator restarts it; the monitor lives on. */
    STOP
}
