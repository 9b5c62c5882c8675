package org.cofferdam.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that writes a log until it is killed; {@link #main} is what runs in it. */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] args) throws IOException {
        AuditLog log =
                AuditLog.open(
                        AuditOptions.in(Path.of(args[0]), "host")
                                .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES));
        AuditSource source = log.source("domain", 1 << 18);
        source.record(CrossingType.BOOT, 1, 0, 0);
        log.sync();
        System.out.println("writing");
        System.out.flush();
        if (args[1].equals("quiet")) {
            // Until it is killed, or its parent is gone.
            int end = System.in.read();
            System.exit(end < 0 ? 0 : 1);
        }
        // Ends by itself if nobody kills it.
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        for (long i = 1; System.nanoTime() < until; i++) {
            source.record(CrossingType.FAULT, i, -1, -2, -3, -4, 0);
        }
    }

    /** Runs one and kills it with SIGKILL in the middle of its work, so long after it began. */
    static void killBusy(Path dir, long millis) throws IOException, InterruptedException {
        runAndKill(dir, millis, "busy");
    }

    /** Runs one and kills it when it has written two blocks and does nothing more. */
    static void killQuiet(Path dir) throws IOException, InterruptedException {
        runAndKill(dir, 0, "quiet");
    }

    private static void runAndKill(Path dir, long millis, String mood)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "--enable-native-access=ALL-UNNAMED",
                                        "--sun-misc-unsafe-memory-access=allow",
                                        "-Djnr.ffi.x86asm.enabled=false",
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1",
                                        "-Xmx64m",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        KilledWriter.class.getName(),
                                        dir.toString(),
                                        mood))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(
                                process.getInputStream(), StandardCharsets.US_ASCII))) {
            if (!"writing".equals(out.readLine())) {
                throw new AssertionError("the writer did not come up");
            }
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }
}
