package org.cofferdam.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * Turns the audit log off and on every half second inside a monitor that a benchmark runs, and writes down what came
 * and went meanwhile. Not part of the product: SwitchedAudit.java puts it there.
 *
 * <p>Each line of the file that $COFFERDAM_BENCH_SAMPLES names is one half second: 1 if the log was on, its length in
 * ns, frames and bytes that the tap cof0 gave the host, bytes that it took, ns of processor time of the whole process,
 * and packets of bursts that came and went.
 */
public final class LogSwitch {
    /** Whether the log is off now; volatile so that no compiled loop keeps an old answer. */
    static volatile boolean silent;

    /** Packets of all bursts; written by the switch's thread alone, read a little late by this one. */
    static long packets;

    private static final long PHASE_NANOS = 500_000_000;

    static {
        String file = System.getenv("COFFERDAM_BENCH_SAMPLES");
        if (file != null) {
            Thread.ofPlatform().daemon().name("log-switch").start(() -> run(Path.of(file)));
        }
    }

    private LogSwitch() {}

    private static void run(Path file) {
        Path tap = Path.of("/sys/class/net/cof0/statistics");
        try {
            long[] before = null;
            while (true) {
                LockSupport.parkNanos(PHASE_NANOS);
                long[] now = Files.exists(tap) ? sample(tap) : null;
                boolean was = silent;
                silent = !was;
                if (before != null && now != null) {
                    StringBuilder line = new StringBuilder(was ? "0" : "1");
                    for (int i = 0; i < now.length; i++) {
                        line.append(' ').append(now[i] - before[i]);
                    }
                    Files.writeString(
                            file,
                            line.append('\n'),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.APPEND);
                }
                before = now;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long[] sample(Path tap) throws IOException {
        return new long[] {
            System.nanoTime(),
            number(tap.resolve("rx_packets")),
            number(tap.resolve("rx_bytes")),
            number(tap.resolve("tx_bytes")),
            processorNanos(),
            packets
        };
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /** Of all threads, by the first number of proc(5) schedstat. */
    private static long processorNanos() throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                sum += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
            }
        }
        return sum;
    }
}
