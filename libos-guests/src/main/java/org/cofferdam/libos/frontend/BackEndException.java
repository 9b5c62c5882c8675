package org.cofferdam.libos.frontend;

/** The back end is not there, has hung up, or said what the protocol does not allow. */
public final class BackEndException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message a sentence for people, without the full stop */
    public BackEndException(String message) {
        super(message);
    }

    BackEndException(String message, Throwable cause) {
        super(message, cause);
    }
}
