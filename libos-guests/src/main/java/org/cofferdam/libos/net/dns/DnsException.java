package org.cofferdam.libos.net.dns;

import java.net.UnknownHostException;

/** A name or an address was not found; {@link #error} says why, the message also which. */
public final class DnsException extends UnknownHostException {
    private static final long serialVersionUID = 1;

    private final DnsError error;

    /** A failure with the name or address that it is about. */
    public DnsException(DnsError error, String about) {
        super(about + ": " + error.sentence());
        this.error = error;
    }

    /** Why. */
    public DnsError error() {
        return error;
    }
}
