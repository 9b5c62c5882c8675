package org.cofferdam.proxy.vhostuser;

/** Where the session with a front end stands. */
public enum SessionState {
    /** Connected; features may be asked for and set. */
    CONNECTED,
    /** SET_OWNER came: the session has begun. No queue runs. */
    OWNED,
    /** A queue runs at least. */
    RUNNING,
    /** The connection is gone, and nothing of the peer's is held. */
    ENDED;

    /** Whether the session may move there. */
    public boolean mayBecome(SessionState next) {
        return switch (this) {
            case CONNECTED -> next == OWNED || next == ENDED;
            case OWNED -> next == CONNECTED || next == RUNNING || next == ENDED;
            case RUNNING -> next == OWNED || next == CONNECTED || next == ENDED;
            case ENDED -> false;
        };
    }
}
