package org.cofferdam.libos.program;

/** What was asked for cannot be run; the message is for who asked. */
public final class ProgramException extends Exception {
    private static final long serialVersionUID = 1;

    public ProgramException(String message) {
        super(message);
    }

    public ProgramException(String message, Throwable cause) {
        super(message, cause);
    }
}
