package org.cofferdam.audit.read;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.Boundary;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReaderTest {
    // 2026-11-22T19:55:14.000000007Z
    private static final long TIME = 1_795_377_314_000_000_007L;

    @TempDir Path parent;

    private Path dir() {
        return parent.resolve("log");
    }

    private AuditOptions options() {
        return AuditOptions.in(dir(), "host")
                .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES)
                .withClock(() -> TIME);
    }

    private List<Crossing> read(AuditFilter filter, int last) {
        List<Crossing> all = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(dir())) {
            reader.tail(filter, last, false, all::add);
        }
        return all;
    }

    private List<Crossing> domain() {
        return read(AuditFilter.all().withSources(Set.of("domain")), Integer.MAX_VALUE);
    }

    @Test
    void aCrossingReadsAsOneLineForPeople() {
        try (AuditLog log = AuditLog.open(options())) {
            AuditSource s = log.source("domain", 1 << 16);
            s.record(CrossingType.LINK, 1, 0x525400123456L, 1000);
            s.record(CrossingType.KERNEL_DROP, 3, 7, 0x86dd, 60, 0x0a0b0c0d0e0fL, 0);
            assertTrue(
                    s.tryBurst(
                            CrossingType.BURST_IN,
                            2,
                            0,
                            3,
                            new int[] {60, 60, 90},
                            new byte[] {0, 0, 4}));
            assertTrue(
                    s.tryAggregate(
                            CrossingType.DOORBELL, 17, TIME, TIME + 3_200_000, 4, 1, 0, 0, 0, 0));
            s.record(CrossingType.PANIC, 1, 0, 0, 0, 0, 0, "bad\n\u001b[31m\"quote\"");
        }
        List<String> lines = domain().stream().map(CrossingFormat::compact).toList();
        String time = "2026-11-22T19:55:14.000000007Z ";
        assertEquals(
                List.of(
                        time + "domain#0 LINK up=yes mac=52:54:00:12:34:56 mbit=1000",
                        time
                                + "domain#1 KERNEL_DROP reason=3 ifindex=7 ethertype=0x86dd"
                                + " length=60 source=0a:0b:0c:0d:0e:0f direction=0",
                        time
                                + "domain#2 BURST_IN port=2 queue=0 packets=3 bytes=210"
                                + " forwarded=2 drop_rate=1",
                        time + "domain#3 DOORBELL offset=0x4 value=0x1 x17 in 3.2ms",
                        time
                                + "domain#4 PANIC code=1"
                                + " \"bad\\u000a\\u001b[31m\\u0022quote\\u0022\""),
                lines);
    }

    @Test
    void aCrossingReadsAsOneJsonObject() {
        try (AuditLog log = AuditLog.open(options())) {
            AuditSource s = log.source("domain", 1 << 16);
            s.record(CrossingType.DMA_REFUSED, -1, 64, 1, 0, 0, 0, "outside");
            assertTrue(
                    s.tryBurst(
                            CrossingType.BURST_IN,
                            2,
                            0,
                            2,
                            new int[] {60, 90},
                            new byte[] {0, 99}));
        }
        List<String> lines = domain().stream().map(CrossingFormat::json).toList();
        String head =
                "{\"time\":\"2026-11-22T19:55:14.000000007Z\",\"time_ns\":1795377314000000007,"
                        + "\"run\":1,\"source\":\"domain\",\"source_id\":1,";
        assertEquals(
                head
                        + "\"sequence\":0,\"type\":\"DMA_REFUSED\",\"code\":268,"
                        + "\"boundary\":\"DOMAIN_MONITOR\",\"count\":1,"
                        + "\"fields\":{\"iova\":\"0xffffffffffffffff\",\"length\":64,\"write\":true},"
                        + "\"text\":\"outside\"}",
                lines.get(0));
        assertEquals(
                head
                        + "\"sequence\":1,\"type\":\"BURST_IN\",\"code\":513,"
                        + "\"boundary\":\"DOMAIN_PROXY\",\"count\":1,"
                        + "\"burst\":{\"port\":2,\"queue\":0,\"packets\":2,\"bytes\":150,"
                        + "\"verdicts\":{\"forwarded\":1,\"verdict_99\":1},"
                        + "\"lengths\":[60,90],\"verdict_codes\":[0,99]}}",
                lines.get(1));
    }

    @Test
    void filtersByTypeBoundarySourceAndTimeAndTheLastOnes() {
        try (AuditLog log = AuditLog.open(options())) {
            AuditSource s = log.source("domain", 1 << 16);
            for (int i = 0; i < 10; i++) {
                s.record(CrossingType.INTERRUPT, i, 0, 0);
                s.record(CrossingType.QUEUE_REFUSED, i, 0, 0);
            }
        }
        AuditFilter all = AuditFilter.all();
        int any = Integer.MAX_VALUE;
        assertEquals(10, read(all.withTypes(List.of("interrupt")), any).size());
        assertEquals(10, read(all.withBoundaries(Set.of(Boundary.DOMAIN_PROXY)), any).size());
        assertEquals(7, read(all.withSources(Set.of("log")), any).size());
        Instant then = CrossingFormat.instant(TIME);
        assertEquals(27, read(all.between(Optional.of(then), Optional.empty()), any).size());
        assertEquals(0, read(all.between(Optional.empty(), Optional.of(then)), any).size());
        assertEquals(
                List.of(8L, 9L),
                read(all.withTypes(List.of("INTERRUPT")), 2).stream()
                        .map(c -> c.field(0))
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> all.withTypes(List.of("NO_SUCH")));
    }

    @Test
    void aReaderThatFollowsSeesEveryRecordAcrossSegmentsAndRuns() throws Exception {
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        List<String> damage = Collections.synchronizedList(new ArrayList<>());
        AuditLog first = AuditLog.open(options());
        AuditSource source = first.source("domain", 1 << 20);
        AuditReader reader = AuditReader.open(dir());
        Thread follower =
                new Thread(
                        () ->
                                reader.tail(
                                        AuditFilter.all().withSources(Set.of("domain")),
                                        true,
                                        new CrossingConsumer() {
                                            @Override
                                            public void crossing(Crossing c) {
                                                seen.add(c.field(0));
                                            }

                                            @Override
                                            public void damage(String sentence) {
                                                damage.add(sentence);
                                            }
                                        }));
        follower.start();
        int records = 20_000;
        for (int i = 0; i < records; i++) {
            source.record(CrossingType.FAULT, i, -1, -1, -1, -1, 0);
            if (i % 500 == 0) {
                first.sync();
            }
        }
        first.close();
        assertTrue(LogDirectory.segments(dir()).size() > 3);
        try (AuditLog second = AuditLog.open(options())) {
            second.source("domain", 1 << 16).record(CrossingType.FAULT, records, 0, 0);
            await().atMost(Duration.ofSeconds(15)).until(() -> seen.size() == records + 1);
        }
        reader.close();
        follower.join(10_000);
        for (int i = 0; i <= records; i++) {
            assertEquals(i, seen.get(i));
        }
        assertEquals(List.of(), damage);
    }

    @Test
    void whereThereIsNoLogTheReaderSaysSoInOneSentence() {
        AuditLogException none =
                assertThrows(AuditLogException.class, () -> AuditReader.open(dir()).close());
        assertEquals("there is no audit log in " + dir(), none.getMessage());
    }

    /** Blocks come while the reader looks behind the end that it saw; that is not damage. */
    @Test
    void aLogThatIsBeingWrittenReadsWithoutDamage() throws InterruptedException {
        List<String> damage = Collections.synchronizedList(new ArrayList<>());
        AuditOptions quick = AuditOptions.in(dir(), "host").withGroupCommit(Duration.ofMillis(1));
        try (AuditLog log = AuditLog.open(quick)) {
            AtomicBoolean stop = new AtomicBoolean();
            AuditSource source = log.source("domain", 1 << 16);
            Thread writer =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!stop.get()) {
                                            source.record(CrossingType.LINK, 1, 0, 1000);
                                            LockSupport.parkNanos(2_000_000);
                                        }
                                    });
            log.sync();
            for (int i = 0; i < 12; i++) {
                try (AuditReader reader = AuditReader.open(dir())) {
                    reader.tail(
                            AuditFilter.all(),
                            false,
                            new CrossingConsumer() {
                                @Override
                                public void crossing(Crossing c) {}

                                @Override
                                public void damage(String sentence) {
                                    damage.add(sentence);
                                }
                            });
                }
            }
            stop.set(true);
            writer.join();
        }
        assertEquals(List.of(), damage);
    }
}
