package org.cofferdam.audit.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.cofferdam.audit.format.BlockHeader;

/**
 * Where whole blocks come from, each log's in its order: segment files, a running monitor, Kafka. One thread calls
 * {@link #next}; {@link #close} may come from any and ends a wait.
 *
 * <p>A feed hands on only blocks whose payload is sound by its checksum. Whether the chain is whole is the
 * verifier's business.
 */
public interface BlockFeed extends AutoCloseable {
    /** Takes what a feed brings. */
    interface Sink {
        /**
         * A sound block.
         *
         * @param origin the log that it belongs to
         * @param header its header
         * @param payload its records; the feed's memory, good until this returns
         */
        void block(LogOrigin origin, BlockHeader header, MemorySegment payload);

        /** Something that is no sound block; one sentence with its place. */
        void damage(String sentence);

        /**
         * Blocks that the feed passed over because its {@link BlockInterest} did not want them.
         *
         * @param blocks how many
         * @param records how many records their headers claim
         */
        default void skipped(long blocks, long records) {}
    }

    /** Says by a header alone whether a block, or a whole segment by its sealing block, is worth reading. */
    @FunctionalInterface
    interface BlockInterest {
        /** Whether what the header sums up may hold something that is wanted. */
        boolean mayHold(BlockHeader header);

        /** Everything is wanted. */
        static BlockInterest everything() {
            return header -> true;
        }
    }

    /**
     * Brings what is there, at least one block if there is one, and returns.
     *
     * @param patience how long to wait if there is nothing yet; zero does not wait
     * @return false when a feed that does not follow has come to its end; a feed that follows never says so
     * @throws IOException if the place cannot be read; the call may be repeated
     */
    boolean next(Sink sink, Duration patience) throws IOException;

    @Override
    void close();
}
