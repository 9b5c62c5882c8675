package org.cofferdam.libos.guest;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A guest's setting is missing or not what it should be; the message is one sentence for the operator. */
public final class WrongSettingException extends IOException {
    private static final long serialVersionUID = 1;

    /** A sentence, and what was found out by whom, if anybody. */
    public WrongSettingException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
