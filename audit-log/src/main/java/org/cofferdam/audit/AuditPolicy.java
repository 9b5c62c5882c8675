package org.cofferdam.audit;

/**
 * What the operator chooses.
 *
 * @param durability where records are at the end of a group commit
 * @param whenFull what happens to crossings that the log cannot take
 * @param sourceBytesPerSecond how much of the log a source may fill in the long run, with a second's worth at once; 0:
 *     any. Sources of the operator's own are exempt
 * @param retention which segments may go
 */
public record AuditPolicy(
        Durability durability,
        WhenFull whenFull,
        long sourceBytesPerSecond,
        RetentionRule retention) {
    /**
     * More than twice what one port causes at line rate: 1.488 million packets a second, taken and given, in bursts of 8
     * of which no two packets are alike, are 27 MB/s.
     */
    public static final long DEFAULT_SOURCE_BYTES_PER_SECOND = 64L << 20;

    /** A record has at most 4 KiB, so that a source with less would stand still for long. */
    public static final long MIN_SOURCE_BYTES_PER_SECOND = 64L << 10;

    /** On the device, nothing lost, a generous quota, everything kept. */
    public static final AuditPolicy DEFAULT =
            new AuditPolicy(
                    Durability.DEVICE,
                    WhenFull.BLOCK,
                    DEFAULT_SOURCE_BYTES_PER_SECOND,
                    RetentionRule.KEEP_ALL);

    public AuditPolicy {
        if (sourceBytesPerSecond != 0
                && (sourceBytesPerSecond < MIN_SOURCE_BYTES_PER_SECOND
                        || sourceBytesPerSecond > 1L << 40)) {
            throw new IllegalArgumentException(
                    "a quota is 64 KiB/s to 1 TiB/s or 0: " + sourceBytesPerSecond);
        }
    }

    /** The same with another durability. */
    public AuditPolicy with(Durability other) {
        return new AuditPolicy(other, whenFull, sourceBytesPerSecond, retention);
    }

    /** The same, doing something else about what the log cannot take. */
    public AuditPolicy with(WhenFull other) {
        return new AuditPolicy(durability, other, sourceBytesPerSecond, retention);
    }

    /** The same with another quota. */
    public AuditPolicy withQuota(long bytesPerSecond) {
        return new AuditPolicy(durability, whenFull, bytesPerSecond, retention);
    }

    /** The same with another rule for old segments. */
    public AuditPolicy with(RetentionRule other) {
        return new AuditPolicy(durability, whenFull, sourceBytesPerSecond, other);
    }
}
