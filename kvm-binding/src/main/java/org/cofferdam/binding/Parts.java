package org.cofferdam.binding;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Resources that are let go together, the last one made first. One that cannot be closed does not keep the others open.
 * One thread at a time.
 */
public final class Parts implements AutoCloseable {
    private final Deque<AutoCloseable> made = new ArrayDeque<>();

    /** Some parts could not be closed: the first failure is the cause, the others are suppressed in it. */
    public static final class CloseException extends RuntimeException {
        private static final long serialVersionUID = 1;

        CloseException(Exception cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Adds a part that was just made. */
    public <T extends AutoCloseable> T add(T part) {
        made.push(part);
        return part;
    }

    /**
     * Closes all; once more, it closes nothing.
     *
     * @throws CloseException after all have been tried
     */
    @Override
    public void close() {
        Exception first = null;
        while (!made.isEmpty()) {
            try {
                made.pop().close();
            } catch (Exception e) {
                if (first == null) {
                    first = e;
                } else if (!first.equals(e)) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw new CloseException(first);
        }
    }
}
