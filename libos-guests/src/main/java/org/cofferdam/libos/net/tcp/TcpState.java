package org.cofferdam.libos.net.tcp;

/**
 * The states of a connection (RFC 9293, section 3.3.2). A listener is no connection here, so LISTEN is not one of them;
 * a handshake that a listener answers begins in SYN_RECEIVED.
 */
enum TcpState {
    CLOSED,
    SYN_SENT,
    SYN_RECEIVED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    CLOSE_WAIT,
    CLOSING,
    LAST_ACK,
    TIME_WAIT;

    /** The moves of RFC 9293, figure 5; from everywhere to CLOSED by a reset, an abort or a timeout. */
    boolean mayBecome(TcpState next) {
        if (next == CLOSED) {
            return this != CLOSED;
        }
        return switch (this) {
            // The last is a connection that a cookie has proved.
            case CLOSED -> next == SYN_SENT || next == SYN_RECEIVED || next == ESTABLISHED;
            case SYN_SENT -> next == SYN_RECEIVED || next == ESTABLISHED;
            // The last: the handshake's last segment carries a FIN.
            case SYN_RECEIVED -> next == ESTABLISHED || next == FIN_WAIT_1;
            case ESTABLISHED -> next == FIN_WAIT_1 || next == CLOSE_WAIT;
            case FIN_WAIT_1 -> next == FIN_WAIT_2 || next == CLOSING || next == TIME_WAIT;
            case FIN_WAIT_2, CLOSING -> next == TIME_WAIT;
            case CLOSE_WAIT -> next == LAST_ACK;
            case LAST_ACK, TIME_WAIT -> false;
        };
    }

    /** Both sides have seen each other's SYN. */
    boolean isSynchronized() {
        return compareTo(ESTABLISHED) >= 0;
    }

    /** The application's bytes may be sent, for the first time or again; so may the FIN behind them. */
    boolean sendsData() {
        return switch (this) {
            case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK -> true;
            default -> false;
        };
    }

    /** The peer's bytes may still come. */
    boolean receivesData() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }
}
