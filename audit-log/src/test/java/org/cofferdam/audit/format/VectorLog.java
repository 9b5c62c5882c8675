package org.cofferdam.audit.format;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;

/**
 * Writes the log of which the vectors are made: two runs with a record of each shape. Its identity and keys are new each
 * time, so the vectors were made once and stay; this is here to make others of a later version.
 *
 * <p>{@code main} takes an empty directory. What check_format.py prints of it is expected.json.
 */
final class VectorLog {
    private static final long EPOCH = 1_700_000_000_000_000_000L;

    private VectorLog() {}

    public static void main(String[] arguments) {
        write(Path.of(arguments[0]));
    }

    static void write(Path directory) {
        AtomicLong ticks = new AtomicLong(EPOCH);
        AuditOptions options =
                AuditOptions.in(directory, "vector-host-ä")
                        .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES)
                        .withClock(() -> ticks.addAndGet(1_000));
        for (int run = 1; run <= 2; run++) {
            try (AuditLog log = AuditLog.open(options)) {
                AuditSource domain = log.source("domain", 64 * 1024);
                AuditSource guests = log.source("guests", 64 * 1024);
                shapes(domain, run);
                log.sync();
                bursts(guests);
            }
        }
    }

    /** No field, fields, the largest value, text of one to four bytes a character, many as one. */
    private static void shapes(AuditSource source, int run) {
        source.record(CrossingType.BOOT, run, 1L << 21, 0);
        source.record(CrossingType.DMA_MAP, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1, 0, 0);
        source.record(CrossingType.CARD_TAKEN, 0, 0, 0, 0, 0, 0, "0000:03:00.0 e1000e");
        source.record(CrossingType.FAULT, 14, 2, 0xdead, 0x201000, 0x5ff000, 0, "page fault aä€𝄞");
        source.record(CrossingType.PORT_ATTACH, 513, 2, 0x5254_0012_3456L, 1, 0, 0);
        source.tryAggregate(
                CrossingType.DOORBELL, 0xffff_ffffL, EPOCH - 900, EPOCH - 100, 8, 9, 0, 0, 0, 0);
    }

    /** None, one, several that differ, many alike; longer than 16 bits; every verdict. */
    private static void bursts(AuditSource source) {
        int[] lengths = new int[64];
        byte[] verdicts = new byte[64];
        Arrays.setAll(lengths, i -> 60 + 100 * i);
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] = (byte) (i % 12);
        }
        lengths[2] = 70_000;
        for (int packets : new int[] {0, 1, 2, 3, 4, 5, 33}) {
            source.tryBurst(CrossingType.BURST_IN, 3, 1, packets, lengths, verdicts);
        }
        Arrays.fill(lengths, 60);
        Arrays.fill(verdicts, (byte) 2);
        for (int packets : new int[] {2, 32, 64}) {
            source.tryBurst(CrossingType.TAP_OUT, 65_535, 7, packets, lengths, verdicts);
        }
    }
}
