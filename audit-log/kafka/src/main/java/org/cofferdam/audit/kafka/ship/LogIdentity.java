package org.cofferdam.audit.kafka.ship;

import java.nio.charset.StandardCharsets;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.SegmentHeader;

/**
 * Which log is shipped, and the names that follow from it.
 *
 * @param host the host's name, as the log says; without control characters
 * @param high first half of the identity
 * @param low second half
 */
public record LogIdentity(String host, long high, long low) {
    public LogIdentity {
        host = host.isBlank() ? "unknown" : host.replaceAll("\\p{Cntrl}", "?");
    }

    /** The log that a segment belongs to. */
    public static LogIdentity of(SegmentHeader header) {
        return new LogIdentity(header.host(), header.logIdHigh(), header.logIdLow());
    }

    /** Whether a block is of this log. */
    public boolean owns(BlockHeader header) {
        return header.logIdHigh() == high && header.logIdLow() == low;
    }

    /** The identity in 32 hexadecimal digits, in the order of its bytes in the file. */
    public String hex() {
        return hex(high, low);
    }

    /** The same of any identity. */
    public static String hex(long high, long low) {
        return String.format("%016x%016x", Long.reverseBytes(high), Long.reverseBytes(low));
    }

    /** The key of its records. */
    public byte[] key() {
        return host.getBytes(StandardCharsets.UTF_8);
    }

    /** By this name the brokers know the one shipper that may commit. */
    public String transactionalId() {
        return "cofferdam-shipper-" + hex();
    }

    /** By this name the brokers keep how far it has come. */
    public String group() {
        return "cofferdam-shipper-" + hex();
    }
}
