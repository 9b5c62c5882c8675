package org.cofferdam.drivervm;

import java.io.IOException;

/** A file that is not an image for the small domain. The message is one sentence that says what is wrong with it. */
public final class BadImageException extends IOException {

    private static final long serialVersionUID = 1L;

    public BadImageException(String message) {
        super(message);
    }
}
