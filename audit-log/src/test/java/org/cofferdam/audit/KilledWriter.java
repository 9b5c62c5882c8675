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

    public static void main(String[] args) {
        AuditLog log =
                AuditLog.open(
                        AuditOptions.in(Path.of(args[0]), "host")
                                .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES));
        AuditSource source = log.source("domain", 1 << 18);
        source.record(CrossingType.BOOT, 1, 0, 0);
        log.sync();
        System.out.println("writing");
        System.out.flush();
        // Ends by itself if nobody kills it.
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        for (long i = 1; System.nanoTime() < until; i++) {
            source.record(CrossingType.FAULT, i, -1, -2, -3, -4, 0);
        }
    }

    /** Runs one and kills it with SIGKILL so long after it began to write. */
    static void runAndKill(Path dir, long millis) throws IOException, InterruptedException {
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
                                        dir.toString()))
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
