package org.cofferdam.audit.detect;

import java.io.IOException;
import java.time.Duration;

/**
 * Detection that several machines share: each has some of the logs, and what one leaves another goes on with. One thread
 * calls {@link #work}; {@link #close} may come from any and ends it.
 */
public interface SharedDetection extends AutoCloseable {
    /**
     * Looks at what has come.
     *
     * @param patience how long to wait if nothing has
     * @return false once this is closed
     * @throws IOException if the place cannot be used now; the call may be repeated
     */
    boolean work(Duration patience) throws IOException;

    /** From the next call on by these rules. */
    void follow(Rules rules);

    @Override
    void close();
}
