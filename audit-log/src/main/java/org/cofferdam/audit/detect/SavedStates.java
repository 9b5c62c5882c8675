package org.cofferdam.audit.detect;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Saved states as bytes. */
final class SavedStates {
    /** More is none of ours. */
    static final int MOST_BYTES = 64 << 20;

    private SavedStates() {}

    static byte[] bytes(SavedState state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            state.save(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return bytes.toByteArray();
    }

    static void restore(byte[] bytes, SavedState state) throws IOException {
        state.load(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    /** Makes {@code to} remember what {@code from} does. */
    static void copy(SavedState from, SavedState to) {
        try {
            restore(bytes(from), to);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it was written just now
        }
    }
}
