package org.cofferdam.audit.kafka.ship;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.cofferdam.audit.format.BlockHash;

/**
 * How far a log has been shipped, as it is committed together with the blocks: the number of the next block is the
 * offset, the rest its metadata.
 *
 * @param partition of the blocks' topic; a log stays in one
 * @param next number of the next block to ship
 * @param last hash of the block before; {@link BlockHash#NONE} if none was shipped
 * @param open the first block whose packets are not in a sent aggregate yet; {@code next} if all are
 * @param session of the shipper that committed it
 */
record Position(int partition, long next, BlockHash last, long open, String session) {
    /** Blocks that have to be read again for an open aggregate are those of a second; more is no sound position. */
    private static final Pattern METADATA =
            Pattern.compile("1 session=([0-9a-f]{16}) hash=([0-9a-f]{64}) open=([0-9]{1,18})");

    /** Nothing was shipped yet. */
    static Position start(int partition, String session) {
        return new Position(partition, 0, BlockHash.NONE, 0, session);
    }

    OffsetAndMetadata encode() {
        return new OffsetAndMetadata(
                next, "1 session=" + session + " hash=" + last.hex() + " open=" + open);
    }

    /** What was committed, or empty if it is none of a shipper's. */
    static Optional<Position> decode(int partition, OffsetAndMetadata committed) {
        Matcher m = METADATA.matcher(committed.metadata());
        if (!m.matches() || committed.offset() < 0) {
            return Optional.empty();
        }
        long open = Long.parseLong(m.group(3));
        return open > committed.offset()
                ? Optional.empty()
                : Optional.of(
                        new Position(
                                partition,
                                committed.offset(),
                                BlockHash.parse(m.group(2)).orElseThrow(),
                                open,
                                m.group(1)));
    }

    Position by(String otherSession) {
        return new Position(partition, next, last, open, otherSession);
    }
}
