package org.cofferdam.audit;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * What bringing records to the device costs: prints a table. Arguments: a folder on the disk to be measured, seconds for
 * each line.
 *
 * <p>"line rate" is 1.488 million packets a second on each of two ports, in bursts of 32 of which no two packets are
 * alike, each taken from one port and given to the other: two records of 144 bytes a burst. "as fast as it goes" is one
 * port's records without a pause.
 */
final class DurabilityCost {
    private static final int BURST = 32;
    private static final double PACKETS = 1.488e6;
    private static final int RING_BYTES = 4 << 20;

    private final Path folder;
    private final double seconds;
    private final PrintStream out;

    private DurabilityCost(Path folder, double seconds, PrintStream out) {
        this.folder = folder;
        this.seconds = seconds;
        this.out = out;
    }

    /** Prints the table. */
    public static void main(String[] args) throws Exception {
        DurabilityCost cost =
                new DurabilityCost(
                        Path.of(args[0]),
                        args.length > 1 ? Double.parseDouble(args[1]) : 5,
                        System.out);
        cost.out.println(
                "load            durability  sync ms  records/s     MB/s  writer CPU  sync CPU  syncs  worst sync ms"
                        + "  most ring KiB  held back");
        for (boolean lineRate : new boolean[] {true, false}) {
            cost.measure(lineRate, Durability.KERNEL, 0);
            cost.measure(lineRate, Durability.DEVICE, 0);
            cost.measure(lineRate, Durability.DEVICE, 10);
            cost.measure(lineRate, Durability.DEVICE, 200);
        }
    }

    private void measure(boolean lineRate, Durability durability, long syncMillis)
            throws Exception {
        Path dir = Files.createTempDirectory(folder, "cost");
        AuditOptions options =
                AuditOptions.in(dir, "host")
                        .withPolicy(AuditPolicy.DEFAULT.withQuota(0).with(durability));
        try (AuditLog log =
                AuditLog.open(options, new Delayed(SegmentStore.real(dir), syncMillis))) {
            List<Port> ports = new ArrayList<>();
            for (int p = 0; p < (lineRate ? 2 : 1); p++) {
                ports.add(new Port(log.source("port" + p, RING_BYTES), lineRate));
            }
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long writer = cpu(threads, "audit-writer");
            long syncer = cpu(threads, "audit-sync");
            long begun = System.nanoTime();
            ports.forEach(Thread::start);
            long most = 0;
            while (System.nanoTime() - begun < seconds * 1e9) {
                for (AuditCounters.Source s : log.counters().sources()) {
                    most = Math.max(most, s.ringUsed());
                }
                LockSupport.parkNanos(2_000_000);
            }
            for (Port port : ports) {
                port.enough = true;
                port.join();
            }
            double took = (System.nanoTime() - begun) / 1e9;
            AuditCounters c = log.counters();
            out.printf(
                    Locale.ROOT,
                    "%-15s %-11s %7d %10.0f %8.1f %10.1f%% %8.1f%% %6d %14.1f %14d %10d%n",
                    lineRate ? "line rate" : "as fast as it goes",
                    durability,
                    syncMillis,
                    c.written() / took,
                    c.bytes() / took / 1e6,
                    (cpu(threads, "audit-writer") - writer) / took / 1e7,
                    (cpu(threads, "audit-sync") - syncer) / took / 1e7,
                    c.disk().syncs(),
                    c.disk().worstSyncNanos() / 1e6,
                    most >> 10,
                    c.ringFull());
        } finally {
            delete(dir);
        }
    }

    private static void delete(Path dir) throws IOException {
        try (var files = Files.list(dir)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(dir);
    }

    private static long cpu(ThreadMXBean threads, String name) {
        long newest = 0;
        long id = -1;
        for (var info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().equals(name) && info.getThreadId() > newest) {
                newest = info.getThreadId();
                id = newest;
            }
        }
        return id < 0 ? 0 : threads.getThreadCpuTime(id);
    }

    private static final class Port extends Thread {
        private final AuditSource source;
        private final boolean paced;
        volatile boolean enough;

        Port(AuditSource source, boolean paced) {
            this.source = source;
            this.paced = paced;
        }

        @Override
        public void run() {
            int[] lengths = new int[BURST];
            byte[] verdicts = new byte[BURST];
            for (int i = 0; i < BURST; i++) {
                lengths[i] = 60 + i;
            }
            long begun = System.nanoTime();
            long bursts = 0;
            while (!enough) {
                double due =
                        paced ? (System.nanoTime() - begun) * 1e-9 * PACKETS / BURST : bursts + 256;
                if (bursts >= due) {
                    // A pass of the packet thread: what came meanwhile is taken together.
                    LockSupport.parkNanos(200_000);
                    continue;
                }
                for (; bursts < due && !enough; bursts++) {
                    while (!source.hasRoom(2 * AuditSource.burstBytes(BURST)) && !enough) {
                        LockSupport.parkNanos(20_000);
                    }
                    source.tryBurst(CrossingType.BURST_IN, 0, 0, BURST, lengths, verdicts);
                    source.tryBurst(CrossingType.BURST_OUT, 1, 0, BURST, lengths, verdicts);
                }
            }
        }
    }

    /** A disk whose syncs take longer. */
    private record Delayed(SegmentStore real, long millis) implements SegmentStore {
        @Override
        public StoredFile create(Path path, int mode) {
            return new DelayedFile(real.create(path, mode), millis);
        }

        @Override
        public void rename(Path from, Path to) {
            real.rename(from, to);
        }

        @Override
        public void delete(Path path) {
            real.delete(path);
        }

        @Override
        public void syncDirectory() {
            LockSupport.parkNanos(millis * 1_000_000);
            real.syncDirectory();
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private record DelayedFile(SegmentStore.StoredFile real, long millis)
            implements SegmentStore.StoredFile {
        @Override
        public void allocate(long length) {
            real.allocate(length);
        }

        @Override
        public void write(MemorySegment source, int length, long fileOffset) {
            real.write(source, length, fileOffset);
        }

        @Override
        public void truncate(long size) {
            real.truncate(size);
        }

        @Override
        public void syncData() {
            LockSupport.parkNanos(millis * 1_000_000);
            real.syncData();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
