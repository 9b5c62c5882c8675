package org.cofferdam.audit;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a log is written.
 *
 * @param directory holds the segments; made with mode 0700 if it does not exist, its parent must
 * @param segmentBytes size at which a new segment is begun, 256 KiB to 4 GiB
 * @param groupCommit how long a record may wait for others before it is written, 1 ms to 1 s
 * @param checkpointEvery how long a written block may go unsigned, 10 ms to 1 h
 * @param checkpointBlocks blocks after which one is signed sooner, 1 to 65536; a proof holds so many headers at most
 * @param host name of this host, at most 64 bytes are kept
 * @param clock the time of records
 * @param policy what the operator chooses
 */
public record AuditOptions(
        Path directory,
        long segmentBytes,
        Duration groupCommit,
        Duration checkpointEvery,
        int checkpointBlocks,
        String host,
        AuditClock clock,
        AuditPolicy policy) {
    public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;
    public static final long MIN_SEGMENT_BYTES = 256L << 10;
    public static final long MAX_SEGMENT_BYTES = 4L << 30;
    public static final Duration DEFAULT_GROUP_COMMIT = Duration.ofMillis(15);
    public static final Duration DEFAULT_CHECKPOINT_EVERY = Duration.ofSeconds(10);
    public static final int DEFAULT_CHECKPOINT_BLOCKS = 256;

    public AuditOptions {
        if (segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > MAX_SEGMENT_BYTES) {
            throw new IllegalArgumentException(
                    "segment size must be 256 KiB to 4 GiB: " + segmentBytes);
        }
        if (groupCommit.toMillis() < 1 || groupCommit.toMillis() > 1000) {
            throw new IllegalArgumentException("group commit must be 1 ms to 1 s: " + groupCommit);
        }
        if (checkpointEvery.toMillis() < 10
                || checkpointEvery.toHours() > 1
                || checkpointBlocks < 1
                || checkpointBlocks > 1 << 16) {
            throw new IllegalArgumentException(
                    "a checkpoint every "
                            + checkpointEvery
                            + " or "
                            + checkpointBlocks
                            + " blocks");
        }
    }

    /** 64 MiB segments, 15 ms group commit, the machine's clock, {@link AuditPolicy#DEFAULT}. */
    public static AuditOptions in(Path directory, String host) {
        return new AuditOptions(
                directory,
                DEFAULT_SEGMENT_BYTES,
                DEFAULT_GROUP_COMMIT,
                DEFAULT_CHECKPOINT_EVERY,
                DEFAULT_CHECKPOINT_BLOCKS,
                host,
                AuditClock.system(),
                AuditPolicy.DEFAULT);
    }

    /** The same with another segment size. */
    public AuditOptions withSegmentBytes(long bytes) {
        return new AuditOptions(
                directory,
                bytes,
                groupCommit,
                checkpointEvery,
                checkpointBlocks,
                host,
                clock,
                policy);
    }

    /** The same with another group commit. */
    public AuditOptions withGroupCommit(Duration duration) {
        return new AuditOptions(
                directory,
                segmentBytes,
                duration,
                checkpointEvery,
                checkpointBlocks,
                host,
                clock,
                policy);
    }

    /** The same with another clock. */
    public AuditOptions withClock(AuditClock other) {
        return new AuditOptions(
                directory,
                segmentBytes,
                groupCommit,
                checkpointEvery,
                checkpointBlocks,
                host,
                other,
                policy);
    }

    /** The same with other distances between checkpoints. */
    public AuditOptions withCheckpoints(Duration every, int blocks) {
        return new AuditOptions(
                directory, segmentBytes, groupCommit, every, blocks, host, clock, policy);
    }

    /** The same with another choice of the operator's. */
    public AuditOptions withPolicy(AuditPolicy other) {
        return new AuditOptions(
                directory,
                segmentBytes,
                groupCommit,
                checkpointEvery,
                checkpointBlocks,
                host,
                clock,
                other);
    }
}
