package org.cofferdam.audit.verify;

import java.util.Optional;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.sign.Checkpoint;
import org.cofferdam.audit.sign.KeyStatement;
import org.cofferdam.audit.sign.LogKey;
import org.cofferdam.audit.verify.Finding.Kind;
import org.jspecify.annotations.Nullable;

/** Follows the keys of a log and checks its checkpoints. One thread. */
final class SignatureCheck {
    /** What is wrong. */
    record Wrong(Kind kind, String text) {}

    private final @Nullable LogKey pinned;
    private boolean pinnedSeen;
    private @Nullable LogKey current;
    private @Nullable LogKey first;

    /** Blocks are damaged or missing, and a change of keys may have been in them. */
    private boolean blind;

    private long checkpoints;
    private long lastSigned = -1;
    private long lastSignedTime;

    SignatureCheck(@Nullable LogKey pinned) {
        this.pinned = pinned;
    }

    /** Blocks are missing here. */
    void damage() {
        blind = true;
    }

    /** A record of a sound block. */
    Optional<Wrong> record(BlockHeader block, Crossing c) {
        if (c.source() != 0) {
            return Optional.empty();
        }
        return switch (c.type().orElse(null)) {
            case KEY -> key(block, c);
            case CHECKPOINT -> checkpoint(block, c);
            case null, default -> Optional.empty();
        };
    }

    private Optional<Wrong> key(BlockHeader block, Crossing c) {
        KeyStatement said = KeyStatement.of(c).orElse(null);
        if (said == null) {
            return Optional.of(
                    new Wrong(Kind.KEY_SWAPPED, "the KEY record does not name its key rightly"));
        }
        LogKey before = current;
        if (said.key().equals(before)) {
            return Optional.empty(); // repeated at the beginning of a segment
        }
        boolean unknown = blind;
        blind = false;
        current = said.key();
        pinnedSeen |= said.key().equals(pinned);
        if (before == null) {
            first = said.key();
            boolean selfSigned =
                    !said.isFirst() || said.madeBy(said.key(), block.logIdHigh(), block.logIdLow());
            return selfSigned
                    ? Optional.empty()
                    : Optional.of(
                            new Wrong(Kind.KEY_SWAPPED, "the log's first key did not sign itself"));
        }
        return unknown || said.madeBy(before, block.logIdHigh(), block.logIdLow())
                ? Optional.empty()
                : Optional.of(
                        new Wrong(
                                Kind.KEY_SWAPPED,
                                "key "
                                        + said.key().name()
                                        + " takes over, and key "
                                        + before.name()
                                        + " before it did not sign that"));
    }

    private Optional<Wrong> checkpoint(BlockHeader block, Crossing c) {
        Checkpoint said = Checkpoint.of(block.logIdHigh(), block.logIdLow(), c).orElse(null);
        LogKey key = current;
        if (said == null) {
            return wrong("the checkpoint lacks some of its parts");
        }
        if (blind && (key == null || key.id() != said.key())) {
            return Optional.empty(); // its key was in what is gone, which was said
        }
        if (key == null) {
            return wrong("the log names no key that the checkpoint could be signed with");
        }
        if (said.block() != block.number() - 1 || !said.hash().equals(block.previous())) {
            return wrong("the checkpoint is not for the block before it");
        }
        if (!said.signedBy(key)) {
            return wrong("the checkpoint was not signed by key " + key.name());
        }
        checkpoints++;
        lastSigned = said.block();
        lastSignedTime = c.time();
        return Optional.empty();
    }

    private static Optional<Wrong> wrong(String text) {
        return Optional.of(new Wrong(Kind.BAD_CHECKPOINT, text));
    }

    /** What is wrong with the keys on the whole. */
    Optional<Wrong> end() {
        if (pinned == null || pinnedSeen) {
            return Optional.empty();
        }
        return Optional.of(
                new Wrong(
                        Kind.KEY_SWAPPED,
                        "no key of this log is the one that was given, " + pinned.name()));
    }

    long checkpoints() {
        return checkpoints;
    }

    /** Number of the last block that is signed, -1 if none is. */
    long lastSigned() {
        return lastSigned;
    }

    /** When that was signed, ns since 1970. */
    long lastSignedTime() {
        return lastSignedTime;
    }

    /** The first key that the log names. */
    Optional<LogKey> first() {
        return Optional.ofNullable(first);
    }
}
