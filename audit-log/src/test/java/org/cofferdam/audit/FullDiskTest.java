package org.cofferdam.audit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.audit.AuditCounters.State;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.VerifyReport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 1 MiB that fills up; needs root to mount it. */
class FullDiskTest {
    @TempDir Path parent;
    private Path disk = Path.of("/");
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(parent.resolve("disk"));
        mounted =
                run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "cofferdam-test", disk) == 0;
        assumeTrue(mounted, "needs the right to mount a file system");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            // Lazily, so that a test that fails with its log open leaves nothing mounted either.
            assertEquals(0, run("umount", "--lazy", disk));
        }
    }

    private static int run(Object... command) throws IOException, InterruptedException {
        return new ProcessBuilder(List.of(command).stream().map(Object::toString).toList())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private AuditOptions options() {
        return AuditOptions.in(disk.resolve("log"), "host")
                .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES);
    }

    private VerifyReport verify() {
        return AuditVerifier.verify(disk.resolve("log"), (file, index, total) -> {});
    }

    @Test
    void atTheStartAFullDiskIsOneSentenceAndLeavesNothing() {
        AuditLogException full =
                assertThrows(
                        AuditLogException.class,
                        () -> AuditLog.open(options().withSegmentBytes(2 << 20)).close());
        assertEquals(AuditLogException.Problem.DISK_FULL, full.problem());
        assertTrue(full.toString().contains("the disk is full: "), full::toString);
        AuditLogException none = assertThrows(AuditLogException.class, this::verify);
        assertEquals(AuditLogException.Problem.NO_LOG, none.problem());
    }

    @Test
    void whileRunningAFullDiskHoldsTheProducerBackAndNothingIsLostWhenSpaceComes()
            throws Exception {
        AtomicLong recorded = new AtomicLong();
        AtomicBoolean enough = new AtomicBoolean();
        try (AuditLog log = AuditLog.open(options())) {
            AuditSource source = log.source("domain", 1 << 16);
            CompletableFuture<Void> producer =
                    CompletableFuture.runAsync(
                            () -> {
                                while (!enough.get()) {
                                    source.record(CrossingType.INTERRUPT, recorded.get(), 0, 0);
                                    recorded.incrementAndGet();
                                }
                            });
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> log.counters().state() == State.DISK_FULL);
            assertTrue(log.counters().message().contains("The disk is full"));
            await().atMost(Duration.ofSeconds(20)).until(() -> log.counters().ringFull() > 10);
            long held = recorded.get();
            assertEquals(0, run("mount", "-o", "remount,size=64m", disk));
            await().atMost(Duration.ofSeconds(20))
                    .until(
                            () ->
                                    log.counters().state() == State.RUNNING
                                            && recorded.get() > held + 1000);
            enough.set(true);
            producer.get();
        }
        VerifyReport report = verify();
        assertEquals(List.of(), report.findings());
        assertEquals(0, report.lost());
        assertTrue(report.records() > recorded.get());
    }

    @Test
    void closedOnAFullDiskTheLogSaysHowManyRecordsItLacks() {
        AuditLog log = AuditLog.open(options());
        AuditSource source = log.source("domain", 1 << 16);
        long taken = 0;
        while (log.counters().state() != State.DISK_FULL) {
            taken += source.tryRecord(CrossingType.INTERRUPT, taken, 0, 0) ? 1 : 0;
        }
        while (source.tryRecord(CrossingType.INTERRUPT, taken, 0, 0)) {
            taken++;
        }
        assertThrows(AuditLogException.class, log::close);
        VerifyReport report = verify();
        assertEquals(List.of(), report.findings(), "the chain is closed");
        assertTrue(report.lost() > 0);
        AtomicLong interrupts = new AtomicLong();
        try (var reader = org.cofferdam.audit.read.AuditReader.open(disk.resolve("log"))) {
            reader.tail(
                    org.cofferdam.audit.read.AuditFilter.all().withTypes(List.of("INTERRUPT")),
                    false,
                    c -> interrupts.incrementAndGet());
        }
        assertEquals(taken, interrupts.get() + report.lost());
    }
}
