package org.cofferdam.audit.kafka.ship;

/** Why a shipper ends. The message is one sentence for the operator. */
public final class ShippingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Kinds of ends, so that the command can choose its exit code. */
    public enum End {
        /** What was given does not go together. */
        USAGE,
        /** The brokers, the topics or a folder are not as they must be. */
        ENVIRONMENT,
        /** Another shipper has taken over, or the log is not the one that was shipped. */
        REFUSED,
        /** It was tried and failed. */
        FAILURE
    }

    private final End end;

    /** An end with its sentence. */
    public ShippingException(End end, String sentence) {
        super(sentence);
        this.end = end;
    }

    /** The same with what caused it. */
    public ShippingException(End end, String sentence, Throwable cause) {
        super(sentence, cause);
        this.end = end;
    }

    /** The kind. */
    public End end() {
        return end;
    }
}
