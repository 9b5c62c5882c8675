package org.cofferdam.tests.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;

/**
 * A process that writes an audit log as a monitor would: bursts of packets, and now and then something else. It ends in order
 * when it is written to, or is killed.
 */
public final class AuditTraffic {
    private static final int PACKETS = 32;

    private AuditTraffic() {}

    /**
     * Writes.
     *
     * @param args the log's directory, the size of its segments, bursts a second (0: as many as go), and how many bursts
     *     in all (0: no end)
     */
    public static void main(String[] args) throws IOException {
        long rate = Long.parseLong(args[2]);
        long most = Long.parseLong(args[3]);
        Random random = new Random(); // no two runs write the same
        int[] lengths = new int[PACKETS];
        byte[] verdicts = new byte[PACKETS];
        try (AuditLog log =
                AuditLog.open(
                        AuditOptions.in(Path.of(args[0]), "host-of-tests")
                                .withSegmentBytes(Long.parseLong(args[1])))) {
            AuditSource packets = log.source("switch", 1 << 20);
            AuditSource domain = log.source("domain", 1 << 18);
            System.out.println("writing");
            System.out.flush();
            long begin = System.nanoTime();
            for (long i = 0; most == 0 || i < most; i++) {
                if (i % 16 == 0 && isToEnd()) {
                    break;
                }
                for (int p = 0; p < PACKETS; p++) {
                    lengths[p] = 60 + random.nextInt(1455);
                    verdicts[p] = (byte) (random.nextInt(16) == 0 ? 2 : 0);
                }
                int port = 1 + random.nextInt(4);
                while (!packets.tryBurst(
                        CrossingType.BURST_IN, port, 0, PACKETS, lengths, verdicts)) {
                    LockSupport.parkNanos(100_000); // the writer makes room
                }
                if (i % 200 == 0) {
                    domain.record(CrossingType.FAULT, i, -1, -2, -3, -4, 0);
                }
                if (rate > 0) {
                    long due = begin + TimeUnit.SECONDS.toNanos(1) * (i + 1) / rate;
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            }
        }
        System.out.println("closed");
    }

    /** Whether whoever started this wrote to its standard input. */
    private static boolean isToEnd() throws IOException {
        return System.in.available() > 0;
    }
}
