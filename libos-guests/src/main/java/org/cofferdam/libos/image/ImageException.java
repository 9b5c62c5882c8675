package org.cofferdam.libos.image;

/** An image cannot be made; the message is for who asked. */
final class ImageException extends Exception {
    private static final long serialVersionUID = 1;

    /** What a shell sees. */
    enum Kind {
        USAGE(2),
        ENVIRONMENT(3),
        FAILURE(5);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    private final Kind kind;

    ImageException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
