package org.cofferdam.libos.net.socket;

import java.io.IOException;

/** A socket's operation failed; {@link #error} says why, the message also with whom. */
public final class NetException extends IOException {
    private static final long serialVersionUID = 1;

    private final NetError error;

    /** A failure with what it was about. */
    public NetException(NetError error, String about) {
        super(about + ": " + error.sentence());
        this.error = error;
    }

    /** Why. */
    public NetError error() {
        return error;
    }
}
