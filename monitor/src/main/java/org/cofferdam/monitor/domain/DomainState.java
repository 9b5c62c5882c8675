package org.cofferdam.monitor.domain;

/** The life of a driver domain. {@link #mayBecome} names every legal move. */
public enum DomainState {
    /** There is no virtual machine. */
    STOPPED(1),
    /** The virtual machine exists; the driver has not said that it is ready. */
    BOOTING(2),
    /** The driver serves its queues, or runs idle. */
    RUNNING(3),
    /** The driver sleeps by the WAIT doorbell. */
    WAITING(4),
    /** The virtual machine has been ended because of a fault. */
    FAULTED(5),
    /** The next start waits for its time, or for the card. */
    BACKING_OFF(6);

    private final int code;

    DomainState(int code) {
        this.code = code;
    }

    /** The number in the audit log. */
    public int code() {
        return code;
    }

    /** Whether a virtual machine exists in this state. */
    public boolean isUp() {
        return this == BOOTING || this == RUNNING || this == WAITING;
    }

    /** Whether the life cycle allows this move. */
    public boolean mayBecome(DomainState next) {
        return switch (this) {
            case STOPPED -> next == BOOTING || next == BACKING_OFF;
            case BOOTING -> next == RUNNING || next == FAULTED || next == STOPPED;
            case RUNNING -> next == WAITING || next == FAULTED || next == STOPPED;
            case WAITING -> next == RUNNING || next == FAULTED || next == STOPPED;
            case FAULTED -> next == BACKING_OFF || next == STOPPED;
            case BACKING_OFF -> next == BOOTING || next == STOPPED;
        };
    }
}
