package org.cofferdam.audit.detect;

/** A rules file that cannot be used; the message is one sentence with file, line and column. */
public final class RulesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RulesException(String message) {
        super(message);
    }

    RulesException(String message, Throwable cause) {
        super(message, cause);
    }
}
