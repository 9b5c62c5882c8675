package org.cofferdam.audit.kafka.ship;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.kafka.follow.LogFollower;
import org.cofferdam.audit.kafka.ship.ShippingException.End;
import org.jspecify.annotations.Nullable;

/** Finds a position in the local log, and checks that what stands there is what was shipped. Main thread. */
final class Alignment {
    private final Path auditDir;
    private final LogIdentity log;
    private final LogFollower follower;

    Alignment(Path auditDir, LogIdentity log, LogFollower follower) {
        this.auditDir = auditDir;
        this.log = log;
        this.follower = follower;
    }

    /**
     * Puts the follower behind the last block that was shipped.
     *
     * @param passed gets each block up to there, from the segment's first that holds the position's open block
     * @return a block that was read beyond it, because the log's head was pruned; else null
     * @throws ShippingException if the log is not the one that was shipped
     */
    @Nullable BlockImage seek(Position position, Consumer<BlockImage> passed) throws IOException {
        follower.seek(position.open());
        if (position.next() == 0) {
            return null;
        }
        long last = position.next() - 1;
        long seen = -1;
        while (true) {
            BlockImage block = follower.next();
            if (block == null) {
                throw new ShippingException(
                        End.REFUSED,
                        "block "
                                + last
                                + " of this log is in the topic, and the log in "
                                + auditDir
                                + (seen < 0 ? " has no blocks" : " ends with block " + seen)
                                + ": it was cut, or put back from an older copy; 'monitor audit verify' says more");
            }
            BlockHeader header = block.header();
            requireOwn(header);
            seen = header.number();
            if (seen > last) {
                return block;
            }
            passed.accept(block);
            if (seen == last) {
                if (!header.hash().equals(position.last())) {
                    throw new ShippingException(
                            End.REFUSED,
                            "block "
                                    + seen
                                    + " in "
                                    + auditDir
                                    + " is not the block "
                                    + seen
                                    + " that was shipped: the log was written anew; the topic has it as it was");
                }
                return null;
            }
        }
    }

    /** Checks that a block is of the log that this shipper began with. */
    void requireOwn(BlockHeader header) {
        if (!log.owns(header)) {
            throw new ShippingException(
                    End.FAILURE,
                    "the log in "
                            + auditDir
                            + " is another now ("
                            + LogIdentity.hex(header.logIdHigh(), header.logIdLow())
                            + " instead of "
                            + log.hex()
                            + "); start the shipper again for it");
        }
    }
}
