package org.cofferdam.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cofferdam.audit.AuditCounters;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditPolicy;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.proxy.packetswitch.PortId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwitchRecorderTest {
    private static final PortId FLOOD = new PortId(2);
    private static final PortId WORK = new PortId(3);
    private static final int PACKETS = 256;

    @TempDir Path parent;

    private AuditLog log() {
        return AuditLog.open(
                AuditOptions.in(parent.resolve("log"), "host")
                        .withPolicy(
                                AuditPolicy.DEFAULT.withQuota(
                                        AuditPolicy.MIN_SOURCE_BYTES_PER_SECOND)));
    }

    private static Map<String, AuditCounters.Source> sources(AuditLog log) {
        return log.counters().sources().stream()
                .collect(Collectors.toMap(AuditCounters.Source::name, Function.identity()));
    }

    /** Records of a guest that floods, to the other and to itself, are at its own cost alone. */
    @Test
    void whoFloodsFillsItsOwnRingAndTheOtherHasItsOwn() {
        int[] lengths = new int[PACKETS];
        byte[] verdicts = new byte[PACKETS];
        for (int i = 0; i < PACKETS; i++) {
            lengths[i] = 60 + i;
        }
        try (AuditLog log = log()) {
            PortSources given = new PortSources(log);
            SwitchRecorder recorder = new SwitchRecorder(given.commonPackets(), MonitorParts.HOST);
            recorder.assign(FLOOD, given.packets("flood"));
            recorder.assign(WORK, given.packets("work"));
            long flooded = 0;
            while (recorder.hasRoom(FLOOD, 2, PACKETS)) {
                assertTrue(recorder.burstIn(FLOOD, 0, PACKETS, lengths, verdicts));
                assertTrue(recorder.burstOut(WORK, 0, PACKETS, lengths, verdicts));
                flooded += 2;
            }
            long worked = 0;
            for (int i = 0; i < 50; i++) {
                assertTrue(recorder.hasRoom(WORK, 2, PACKETS), "held back by the other's flood");
                assertTrue(recorder.burstIn(WORK, 0, PACKETS, lengths, verdicts));
                assertTrue(recorder.burstOut(FLOOD, 0, PACKETS, lengths, verdicts));
                worked += 2;
            }
            Map<String, AuditCounters.Source> counters = sources(log);
            assertEquals(
                    flooded, Objects.requireNonNull(counters.get("switch.guest.flood")).recorded());
            assertEquals(
                    worked, Objects.requireNonNull(counters.get("switch.guest.work")).recorded());
            assertEquals(0, Objects.requireNonNull(counters.get("switch")).recorded());
            recorder.release(FLOOD);
            assertTrue(recorder.hasRoom(FLOOD, 2, PACKETS), "the port is another's now");
        }
    }

    @Test
    void aGuestThatComesBackHasItsSourcesAgainAndWhoComesTooLateSharesOne() {
        try (AuditLog log = log()) {
            PortSources given = new PortSources(log);
            log.source("domain", 1 << 14);
            Map<String, AuditSource> first = new HashMap<>();
            for (int i = 0; log.freeSources() > 1; i++) {
                first.put("guest" + i, given.packets("guest" + i));
                given.messages("guest" + i);
            }
            first.forEach((name, source) -> assertSame(source, given.packets(name)));
            AuditSource last = given.packets("last");
            assertNotSame(given.commonPackets(), last);
            assertEquals(0, log.freeSources());
            assertSame(given.commonPackets(), given.packets("late"));
            assertSame(given.commonMessages(), given.messages("late"));
            assertSame(last, given.packets("last"));
            assertFalse(first.isEmpty());
        }
    }
}
