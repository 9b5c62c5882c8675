package org.cofferdam.tests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.AuditCounters;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditPolicy;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.Durability;

/**
 * The audit log alone: one thread records as fast as the ring lets it, the writer's thread takes it from there. What
 * counts is the writer's processor time, so that the figure is one core's whoever else runs there.
 *
 * <p>Arguments: what to record (record: 64 bytes each; alike: bursts of packets alike; mixed: bursts of packets that
 * differ), packets of a burst, the durability (device: fdatasync(2) after each group commit; kernel), seconds, an empty
 * directory, and perhaps "profile". Prints one line: records, packets, bytes written, ns of the writer's thread, ns of the
 * process, ns that passed, records lost, times the ring was full; then, with "profile", a line for each part of the
 * writer's work: per cent, part.
 */
final class AuditWriterLoad {
    private static final int RING_BYTES = 8 << 20;
    private static final int WARM_SECONDS = 4;
    private static final int AT_ONCE = 64;
    private static final int LENGTH = 60;
    private static final long PAUSE_NANOS = 50_000;

    private final AuditLog log;
    private final AuditSource source;
    private final String kind;
    private final int packets;
    private final int[] lengths = new int[1024];
    private final byte[] verdicts = new byte[1024];
    private long recorded;

    private AuditWriterLoad(AuditLog log, String kind, int packets) {
        this.log = log;
        this.kind = kind;
        this.packets = packets;
        source = log.source("bench", RING_BYTES);
        Arrays.fill(lengths, LENGTH);
        if (kind.equals("mixed")) {
            for (int i = 0; i < packets; i++) {
                lengths[i] += i;
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        String kind = arguments[0];
        int packets = Integer.parseInt(arguments[1]);
        Durability durability = Durability.valueOf(arguments[2].toUpperCase(Locale.ROOT));
        long nanos = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[3]));
        boolean profiled = arguments.length > 5 && arguments[5].equals("profile");
        AuditOptions options =
                AuditOptions.in(Path.of(arguments[4]), "bench")
                        .withPolicy(AuditPolicy.DEFAULT.with(durability).withQuota(0));
        try (AuditLog log = AuditLog.open(options)) {
            AuditWriterLoad load = new AuditWriterLoad(log, kind, packets);
            load.run(TimeUnit.SECONDS.toNanos(WARM_SECONDS));
            try (WriterProfile profile = new WriterProfile(profiled)) {
                load.measured(nanos);
                profile.print();
            }
        }
    }

    private void measured(long nanos) throws IOException {
        log.sync();
        AuditCounters before = log.counters();
        long writer = ThreadTime.of("audit-writer");
        long process = ThreadTime.all();
        long began = System.nanoTime();
        run(nanos);
        log.sync();
        AuditCounters after = log.counters();
        long records = after.written() - before.written();
        System.out.printf(
                Locale.ROOT,
                "%d %d %d %d %d %d %d %d%n",
                records,
                kind.equals("record") ? 0 : records * packets,
                after.bytes() - before.bytes(),
                ThreadTime.of("audit-writer") - writer,
                ThreadTime.all() - process,
                System.nanoTime() - began,
                after.lost() - before.lost(),
                after.ringFull() - before.ringFull());
    }

    private void run(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            for (int i = 0; i < AT_ONCE; i++) {
                while (!recordOne()) {
                    // Both threads are on one core: the writer is to run, and a bell has woken it.
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private boolean recordOne() {
        recorded++;
        return kind.equals("record")
                ? source.tryRecord(CrossingType.DMA_MAP, recorded, 0x1000, 4096, 1, 0, 0)
                : source.tryBurst(CrossingType.BURST_IN, 1, 0, packets, lengths, verdicts);
    }
}
