package org.cofferdam.proxy.vhostuser;

/** Where the session with a front end stands. */
public enum SessionState {
    /** Connected; features may be asked for and set. */
    CONNECTED(0),
    /** SET_OWNER came: the session has begun. No queue runs. */
    OWNED(1),
    /** A queue runs at least. */
    RUNNING(2),
    /** The connection is gone, and nothing of the peer's is held. */
    ENDED(3);

    private final int code;

    SessionState(int code) {
        this.code = code;
    }

    /** The code in audit records; it never changes. */
    public int code() {
        return code;
    }

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
