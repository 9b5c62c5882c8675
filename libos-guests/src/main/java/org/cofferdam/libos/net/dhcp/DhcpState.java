package org.cofferdam.libos.net.dhcp;

/**
 * How far a client has got (RFC 2131, figure 5; without INIT-REBOOT, for a guest remembers nothing).
 *
 * <pre>
 *  INIT --&gt; SELECTING --offer--&gt; REQUESTING --ACK--&gt; CHECKING --nobody has it--&gt; BOUND --T1--&gt; RENEWING --T2--&gt; REBINDING
 *   ^                               |                 |                      ^ |           |               |
 *   +-----NAK, or no answer---------+---DECLINE-------+                      +-+----ACK----+------ACK------+
 *   +------------------------------------------------------------NAK-----------------------+--NAK, or expiry
 * </pre>
 */
public enum DhcpState {
    /** Without an address, and about to look for a server. */
    INIT,
    /** DISCOVER is out. */
    SELECTING,
    /** REQUEST for what one server offered is out. */
    REQUESTING,
    /** The address is ours if nobody on the link has it. */
    CHECKING,
    /** The address is in use. */
    BOUND,
    /** The address is in use, and its server asked for more time. */
    RENEWING,
    /** The address is in use, and any server asked for more time. */
    REBINDING,
    /** Ended. */
    STOPPED;

    /** Whether a move is legal. */
    public boolean mayBecome(DhcpState next) {
        return switch (this) {
            case INIT -> next == SELECTING || next == STOPPED;
            case SELECTING -> next == REQUESTING || next == STOPPED;
            case REQUESTING -> next == CHECKING || next == INIT || next == STOPPED;
            case CHECKING -> next == BOUND || next == INIT || next == STOPPED;
            // Straight to INIT goes who slept through T1, T2 and the end.
            case BOUND -> next == RENEWING || next == INIT || next == STOPPED;
            case RENEWING -> next == BOUND || next == REBINDING || next == INIT || next == STOPPED;
            case REBINDING -> next == BOUND || next == INIT || next == STOPPED;
            case STOPPED -> false;
        };
    }

    /** Whether the stack has the leased address. */
    public boolean hasAddress() {
        return this == BOUND || this == RENEWING || this == REBINDING;
    }
}
