package org.cofferdam.audit.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.read.Crossing;

/** Follows the sequence numbers of each source of one run. */
final class SequenceCheck {
    private record Next(long sequence, long damageSeen) {}

    /** Keyed by a 16-bit number, so bounded. */
    private final Map<Integer, Next> next = new HashMap<>();

    private long run = -1;
    private long damages;
    private long gone;

    /** Blocks are missing here: the next jump of each source is theirs. */
    void damage() {
        damages++;
    }

    /** Records that damage took. */
    long gone() {
        return gone;
    }

    /** A record that was counted as gone stands elsewhere. */
    void found() {
        gone = Math.max(0, gone - 1);
    }

    /** What is wrong with the sequence number, if anything. */
    Optional<String> check(Crossing c) {
        if (c.run() != run) {
            next.clear();
            run = c.run();
        }
        Next expected = next.get(c.source());
        boolean explained = expected == null ? damages > 0 : expected.damageSeen < damages;
        long wanted = expected == null ? 0 : expected.sequence;
        next.put(c.source(), new Next(c.sequence() + 1, damages));
        if (c.sequence() == wanted) {
            return Optional.empty();
        }
        if (explained && c.sequence() > wanted) {
            gone += c.sequence() - wanted;
            return Optional.empty();
        }
        return Optional.of(
                "source "
                        + c.source()
                        + " goes from sequence "
                        + (wanted - 1)
                        + " to "
                        + Long.toUnsignedString(c.sequence()));
    }
}
