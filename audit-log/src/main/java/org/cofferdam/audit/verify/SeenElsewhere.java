package org.cofferdam.audit.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.sign.Checkpoint;

/**
 * What others keep of a log: hashes of its blocks, from checkpoints or whole copies. Against these it shows when a log was
 * cut off at its end, or written anew from some place on, by one who has its key. Thread-confined.
 *
 * <p>It keeps the newest {@value #MOST} of them, so that a stream of any length fits.
 */
public final class SeenElsewhere {
    private static final int MOST = 1_000_000;

    private record Seen(long logIdHigh, long logIdLow, BlockHash hash) {}

    private final NavigableMap<Long, Seen> byBlock = new TreeMap<>();

    /** A checkpoint that somebody kept. Whether its signature is right does not matter: who kept it is believed. */
    public void add(Checkpoint c) {
        add(c.logIdHigh(), c.logIdLow(), c.block(), c.hash());
    }

    /** A block that somebody kept. */
    public void add(BlockHeader b) {
        add(b.logIdHigh(), b.logIdLow(), b.number(), b.hash());
    }

    private void add(long logIdHigh, long logIdLow, long block, BlockHash hash) {
        byBlock.put(block, new Seen(logIdHigh, logIdLow, hash));
        if (byBlock.size() > MOST) {
            byBlock.pollFirstEntry();
        }
    }

    /** How many blocks are known. */
    public int size() {
        return byBlock.size();
    }

    /** What contradicts this block of the log, if anything does. */
    Optional<String> contradiction(BlockHeader b) {
        Seen seen = byBlock.get(b.number());
        if (seen == null
                || seen.logIdHigh != b.logIdHigh()
                || seen.logIdLow != b.logIdLow()
                || seen.hash.equals(b.hash())) {
            return Optional.empty();
        }
        return Optional.of(
                "elsewhere this block was seen with the hash "
                        + seen.hash.hex().substring(0, 16)
                        + "…");
    }

    /** Numbers of blocks of this log that were seen and come after {@code last}. */
    List<Long> beyond(long last, long logIdHigh, long logIdLow) {
        List<Long> numbers = new ArrayList<>();
        byBlock.tailMap(last, false)
                .forEach(
                        (number, seen) -> {
                            if (seen.logIdHigh == logIdHigh && seen.logIdLow == logIdLow) {
                                numbers.add(number);
                            }
                        });
        return numbers;
    }
}
