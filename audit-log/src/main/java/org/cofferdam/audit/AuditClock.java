package org.cofferdam.audit;

import java.time.Instant;

/** The time of records: nanoseconds since 1970 in UTC. Called by producers, so it allocates nothing. */
public interface AuditClock {
    /** Now, nanoseconds since 1970. Any thread. */
    long epochNanos();

    /** Follows a step of the machine's clock; the writer calls it about once a second while it works. */
    default void resynchronize() {}

    /** The machine's clock, read through System.nanoTime plus an offset. */
    static AuditClock system() {
        return new SystemClock();
    }

    /** {@link #system}. */
    final class SystemClock implements AuditClock {
        // Written by the writer alone. Plain reads elsewhere may see an older offset for a while,
        // never a
        // torn one: volatile makes it whole, and costs nothing to read on x86.
        private volatile long offset;

        SystemClock() {
            resynchronize();
        }

        @Override
        public long epochNanos() {
            return System.nanoTime() + offset;
        }

        @Override
        public void resynchronize() {
            Instant now = Instant.now();
            long epoch = now.getEpochSecond() * 1_000_000_000L + now.getNano();
            long fresh = epoch - System.nanoTime();
            // Both clocks are slewed alike; only a step is worth following, jitter is not.
            if (Math.abs(fresh - offset) > 1_000_000) {
                offset = fresh;
            }
        }
    }
}
