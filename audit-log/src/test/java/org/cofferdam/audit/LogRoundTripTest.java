package org.cofferdam.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRoundTripTest {
    @TempDir Path parent;

    private Path dir() {
        return parent.resolve("log");
    }

    private List<Crossing> read(AuditFilter filter) {
        List<Crossing> all = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(dir())) {
            reader.tail(
                    filter,
                    false,
                    new CrossingConsumer() {
                        @Override
                        public void crossing(Crossing c) {
                            all.add(c);
                        }

                        @Override
                        public void damage(String sentence) {
                            throw new AssertionError(sentence);
                        }
                    });
        }
        return all;
    }

    @Test
    void whatWasRecordedIsReadBackInOrderWithAllItsParts() {
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir(), "host-a"))) {
            AuditSource domain = log.source("domain", 64 * 1024);
            assertTrue(domain.tryRecord(CrossingType.DOORBELL, 4, 7, 0));
            assertTrue(
                    domain.tryRecord(
                            CrossingType.FAULT,
                            14,
                            2,
                            0xdead,
                            0x201000,
                            0x5ff000,
                            0,
                            "page fault €𝄞"));
            assertTrue(
                    domain.tryBurst(
                            CrossingType.BURST_IN,
                            3,
                            1,
                            3,
                            new int[] {60, 1500, 70_000},
                            new byte[] {0, 2, 1}));
            assertTrue(domain.tryAggregate(CrossingType.DOORBELL, 17, 100, 900, 8, 9, 0, 0, 0, 0));
        }

        List<Crossing> all = read(AuditFilter.all());
        assertEquals(
                List.of(
                        "SEGMENT",
                        "KEY",
                        "START",
                        "CHECKPOINT",
                        "SOURCE",
                        "DOORBELL",
                        "FAULT",
                        "BURST_IN",
                        "DOORBELL",
                        "STOP",
                        "CHECKPOINT"),
                all.stream().map(Crossing::typeName).toList());
        Crossing fault = all.get(6);
        assertEquals("domain", fault.sourceName());
        assertEquals(1, fault.sequence());
        assertEquals(0xdead, fault.field(2));
        assertEquals("page fault €𝄞", fault.text());
        Burst burst = all.get(7).burst().orElseThrow();
        assertEquals(71_560, burst.bytes());
        assertEquals(65_535, burst.length(2));
        assertEquals(2, burst.verdict(1));
        Crossing repeat = all.get(8);
        assertEquals(17, repeat.count());
        assertEquals(800, repeat.lastTime() - repeat.time());
        assertEquals(1, read(AuditFilter.all().withTypes(List.of("burst-in"))).size());
        assertEquals(
                9 + 1, all.get(9).field(0), "STOP counts the records of the run, itself included");
    }

    @Test
    void packetsAlikeTakeOneLengthAndOneVerdictAndReadAsMany() {
        int[] lengths = new int[64];
        byte[] verdicts = new byte[64];
        Arrays.fill(lengths, 70_000);
        Arrays.fill(verdicts, (byte) 4);
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir(), "host"))) {
            AuditSource source = log.source("domain", 64 * 1024);
            assertTrue(source.tryBurst(CrossingType.TAP_IN, 1, 2, 64, lengths, verdicts));
            lengths[63]++;
            assertTrue(source.tryBurst(CrossingType.TAP_IN, 1, 2, 64, lengths, verdicts));
            lengths[63]--;
            verdicts[1]++;
            assertTrue(source.tryBurst(CrossingType.TAP_IN, 1, 2, 64, lengths, verdicts));
        }
        List<Crossing> bursts = read(AuditFilter.all().withTypes(List.of("TAP_IN")));
        for (Crossing crossing : bursts) {
            Burst burst = crossing.burst().orElseThrow();
            assertEquals(64, burst.packets());
            assertEquals(65_535, burst.length(63));
            assertEquals(4, burst.verdict(63));
        }
        assertEquals(64 * 70_000L, bursts.get(0).burst().orElseThrow().bytes());
        assertEquals(64 * 70_000L + 1, bursts.get(1).burst().orElseThrow().bytes());
        assertEquals(5, bursts.get(2).burst().orElseThrow().verdict(1));
    }

    @Test
    void everyPacketOfABurstKeepsItsLengthAndVerdict() {
        int most = 1024;
        int[] lengths = new int[most];
        byte[] verdicts = new byte[most];
        for (int i = 0; i < most; i++) {
            lengths[i] = 60 + 37 * i;
            verdicts[i] = (byte) (i * 7);
        }
        int[] sizes = {0, 1, 2, 3, 4, 5, 7, 8, 31, 32, 33, most};
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir(), "host"))) {
            AuditSource source = log.source("domain", 64 * 1024);
            for (int packets : sizes) {
                assertTrue(source.tryBurst(CrossingType.TAP_IN, 1, 2, packets, lengths, verdicts));
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> source.tryBurst(CrossingType.TAP_IN, 1, 2, most + 1, lengths, verdicts));
        }
        List<Crossing> bursts = read(AuditFilter.all().withTypes(List.of("TAP_IN")));
        assertEquals(sizes.length, bursts.size());
        for (int k = 0; k < sizes.length; k++) {
            Burst burst = bursts.get(k).burst().orElseThrow();
            assertEquals(sizes[k], burst.packets());
            long total = 0;
            for (int i = 0; i < sizes[k]; i++) {
                assertEquals(lengths[i], burst.length(i));
                assertEquals(verdicts[i] & 0xff, burst.verdict(i));
                total += lengths[i];
            }
            assertEquals(total, burst.bytes());
        }
    }

    @Test
    void theLogIsItsOwnersAlone() throws Exception {
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir(), "h"))) {
            assertEquals(AuditCounters.State.RUNNING, log.counters().state());
            AuditLogException second =
                    assertThrows(
                            AuditLogException.class,
                            () -> AuditLog.open(AuditOptions.in(dir(), "h")).close());
            assertEquals(AuditLogException.Problem.IN_USE, second.problem());
        }
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir())));
        for (Path file : LogDirectory.segments(dir())) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
        Files.setPosixFilePermissions(dir(), PosixFilePermissions.fromString("rwxrwxrwx"));
        AuditLogException open =
                assertThrows(
                        AuditLogException.class,
                        () -> AuditLog.open(AuditOptions.in(dir(), "h")).close());
        assertEquals(AuditLogException.Problem.DIRECTORY, open.problem());
    }
}
