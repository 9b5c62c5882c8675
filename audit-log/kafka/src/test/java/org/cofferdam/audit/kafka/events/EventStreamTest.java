package org.cofferdam.audit.kafka.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.header.Header;
import org.cofferdam.audit.AuditClock;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.kafka.follow.LogFollower;
import org.cofferdam.audit.read.LogOrigin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of a log of some seconds. */
final class EventStreamTest {
    private static final long STEP = 10_000_000;
    private static final int BURSTS = 600;

    @TempDir Path folder = Path.of("");
    private final List<BlockImage> blocks = new ArrayList<>();

    @BeforeEach
    void aLogOfSixSeconds() throws IOException {
        Path log = folder.resolve("log");
        AtomicLong now = new AtomicLong(1_700_000_000_000_000_000L);
        AuditClock clock = now::get;
        try (AuditLog writer =
                AuditLog.open(
                        AuditOptions.in(log, "host")
                                .withClock(clock)
                                .withGroupCommit(Duration.ofMillis(1)))) {
            AuditSource source = writer.source("switch", 1 << 18);
            for (int i = 0; i < BURSTS; i++) {
                now.addAndGet(STEP);
                assertTrue(
                        source.tryBurst(
                                CrossingType.BURST_IN,
                                1 + i % 2,
                                0,
                                2,
                                new int[] {100, 200},
                                new byte[] {0, (byte) (i % 3 == 0 ? 2 : 0)}));
                if (i % 50 == 0) {
                    source.record(CrossingType.PORT_DETACH, 1, i, 0);
                }
                writer.sync(); // a block for each
            }
        }
        try (LogFollower follower = new LogFollower(log, damage -> {})) {
            for (BlockImage b = follower.next(); b != null; b = follower.next()) {
                blocks.add(b);
            }
        }
        assertTrue(blocks.size() > BURSTS);
    }

    private static EventStream stream() {
        return new EventStream(new LogOrigin("host", 1, 2, "here"), "logid");
    }

    private static String text(CloudEvent event) {
        return event.id() + " " + new String(event.data(), StandardCharsets.UTF_8);
    }

    private List<String> all() {
        List<String> events = new ArrayList<>();
        EventStream stream = stream();
        blocks.forEach(b -> stream.read(b, e -> events.add(text(e))));
        stream.flush(e -> events.add(text(e)));
        return events;
    }

    @Test
    void burstsAreSumsOfASecondAndAllElseIsAnEventEach() {
        List<String> sums = all().stream().filter(e -> e.contains("/traffic/")).toList();
        // Six seconds, two ports; the seconds end with a block, so there may be one more or less.
        assertTrue(sums.size() >= 10 && sums.size() <= 16, sums.size() + " sums");
        long packets =
                sums.stream()
                        .mapToLong(
                                e ->
                                        Long.parseLong(
                                                e.replaceAll("(?s).*\"packets\":([0-9]+).*", "$1")))
                        .sum();
        assertEquals(2L * BURSTS, packets);
        List<String> others = all().stream().filter(e -> !e.contains("/traffic/")).toList();
        assertEquals(BURSTS / 50, others.stream().filter(e -> e.contains("PORT_DETACH")).count());
        assertTrue(others.stream().anyMatch(e -> e.contains("CHECKPOINT")));
        assertTrue(others.stream().anyMatch(e -> e.contains("\"chain_uid\"")));
    }

    @Test
    void whoGoesOnInTheMiddleMakesTheSameEvents() {
        List<String> whole = all();
        for (int cut = 1; cut < blocks.size(); cut += 37) {
            List<String> events = new ArrayList<>();
            EventStream first = stream();
            for (BlockImage b : blocks.subList(0, cut)) {
                first.read(b, e -> events.add(text(e)));
            }
            long next = blocks.get(cut).header().number();
            long open = first.openSince().orElse(next);
            EventStream second = stream();
            for (BlockImage b : blocks) {
                long number = b.header().number();
                if (number < open) {
                    second.learn(b);
                } else if (number < next) {
                    second.resume(b);
                } else {
                    second.read(b, e -> events.add(text(e)));
                }
            }
            second.flush(e -> events.add(text(e)));
            assertEquals(whole, events, "cut at block " + next);
        }
    }

    @Test
    void anEventHasWhatCloudEventsWants() {
        List<CloudEvent> events = new ArrayList<>();
        EventStream stream = stream();
        blocks.forEach(b -> stream.read(b, events::add));
        for (CloudEvent e : events) {
            List<String> names = e.headers().stream().map(Header::key).sorted().toList();
            assertEquals(
                    List.of(
                            "ce_block",
                            "ce_id",
                            "ce_source",
                            "ce_specversion",
                            "ce_subject",
                            "ce_time",
                            "ce_type",
                            "content-type"),
                    names);
            assertEquals("/cofferdam/host/logid", e.source());
            assertTrue(e.type().startsWith("org.cofferdam.audit."), e.type());
        }
        assertEquals(events.size(), events.stream().map(CloudEvent::id).distinct().count());
    }
}
