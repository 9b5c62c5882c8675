package org.cofferdam.audit.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each shipped rule, on a log that it must speak of and on one of which it must not. */
final class DetectorsTest {
    private static final long NEIGHBOUR = 0x0a070009L;

    @TempDir Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    private DetectedLog log;

    @BeforeEach
    void aGuestIsThere() {
        log = new DetectedLog(folder.resolve("log"));
        log.guest(3, "web");
    }

    @AfterEach
    void close() {
        log.close();
    }

    @ParameterizedTest
    @CsvSource({
        "DMA_REFUSED, dma-outside-window",
        "IOMMU_FAULT, dma-outside-window",
        "QUEUE_REFUSED, descriptor-forgery",
        "DESCRIPTOR_REFUSED, descriptor-forgery",
        "GUEST_REFUSED, descriptor-forgery",
        "NOTIFY_REFUSED, descriptor-forgery"
    })
    void oneRefusalOfWhatNobodyDoesByMistakeIsAnAlert(CrossingType type, String rule) {
        log.at(1).record(type, 3, 1, 1);
        assertEquals(List.of(rule), log.raised());
    }

    @Test
    void whatAHealthyMachineDoesRaisesNothing() {
        for (int second = 1; second <= 60; second++) {
            log.at(second);
            log.many(CrossingType.DOORBELL, 2000, 4, 1).many(CrossingType.INTERRUPT, 3000, 1, 0);
            log.burst(CrossingType.BURST_IN, 3, 60, 1500, PacketVerdict.FORWARDED);
            log.burst(CrossingType.BURST_IN, 3, 2, 60, PacketVerdict.DROP_NO_ROOM);
            // A busy client: all of it is answered; and a server that answers.
            log.flows(3, 300, 300, 4, 0, 90, 400, 400, 60, 80, 1);
        }
        log.record(CrossingType.FAULT, 13, 0, 0).record(CrossingType.RESTART, 1, 2);
        assertEquals(List.of(), log.raised());
    }

    @Test
    void aStormIsOfARateAndNotOfANumber() {
        for (int second = 1; second <= 30; second++) {
            log.at(second).many(CrossingType.DOORBELL, 90, 12, 1);
            log.many(CrossingType.DOORBELL, 50_000, 4, 1);
        }
        assertEquals(List.of(), log.raised());
        log.at(31).many(CrossingType.DOORBELL, 900, 12, 1);
        assertEquals(List.of("crossing-storm"), log.raised());
    }

    @Test
    void anInterruptThatAnAssignedCardCountsWeighsAsMuch() {
        log.at(1).many(CrossingType.INTERRUPT, 100, 0, 399);
        assertEquals(List.of(), log.raised());
        log.at(2).many(CrossingType.INTERRUPT, 100, 0, 401);
        assertEquals(List.of("interrupt-storm"), log.raised());
    }

    @ParameterizedTest
    @CsvSource({
        "DROP_SPOOFED_MAC, 5, mac-spoofing",
        "DROP_SPOOFED_IP, 30, ip-spoofing",
        "DROP_SPOOFED_ARP, 3, arp-poisoning"
    })
    void soManySpoofedPacketsAreAnAlertAndOneFewerIsNone(
            PacketVerdict verdict, int packets, String rule) {
        log.at(1).burst(CrossingType.BURST_IN, 3, packets - 1, 60, verdict);
        assertEquals(List.of(), log.raised());
        log.at(2).burst(CrossingType.BURST_IN, 4, packets - 1, 60, verdict);
        assertEquals(List.of(), log.raised(), "ports count for themselves");
        log.at(3).burst(CrossingType.BURST_IN, 3, 1, 60, verdict);
        List<Alert> alerts = log.alerts();
        assertEquals(1, alerts.size());
        assertEquals(rule, alerts.getFirst().rule());
        assertEquals("web", alerts.getFirst().guest());
        assertEquals(3, alerts.getFirst().port().orElseThrow());
        assertEquals(packets, alerts.getFirst().events());
    }

    @Test
    void theSameRefusalsFarApartAreNone() {
        for (int i = 0; i < 20; i++) {
            log.at(100 * i).burst(CrossingType.BURST_IN, 3, 4, 60, PacketVerdict.DROP_SPOOFED_MAC);
        }
        assertEquals(List.of(), log.raised());
    }

    @ParameterizedTest
    @CsvSource({
        // opened, answered, resets, odd, tcp targets, sent, received, udp targets, hosts
        "TCP ports closed, 60, 1, 59, 0, 60, 0, 0, 0, 1",
        "TCP ports silent, 60, 0, 0, 0, 60, 0, 0, 0, 1",
        "segments of no connection, 0, 0, 0, 25, 25, 0, 0, 0, 1",
        "UDP ports, 0, 0, 0, 0, 0, 70, 2, 70, 1",
        "hosts by ARP or ping, 0, 0, 0, 0, 0, 0, 0, 0, 80",
    })
    void aGuestThatLooksForServicesOrHostsScans(
            String how,
            long opened,
            long answered,
            long resets,
            long odd,
            long tcp,
            long sent,
            long received,
            long udp,
            long hosts) {
        log.at(1).flows(1, opened, answered, resets, odd, tcp, sent, received, udp, hosts, 1);
        assertEquals(List.of(), log.raised(), "the host's own port is the host's business");
        log.at(1).flows(3, opened, answered, resets, odd, tcp, sent, received, udp, hosts, 1);
        assertEquals(List.of("port-scan"), log.raised(), how);
    }

    @Test
    void aSlowScanIsSummedUpOverTheWindow() {
        for (int second = 1; second <= 8; second++) {
            log.at(second).flows(3, 8, 0, 8, 0, 8, 0, 0, 0, 1, 0);
        }
        assertEquals(List.of("port-scan"), log.raised());
    }

    @ParameterizedTest
    @CsvSource({
        "a server that answers questions by UDP, 0, 0, 0, 0, 500, 500, 400, 300",
        "a client that retries where nobody is, 12, 0, 0, 2, 0, 0, 0, 1",
        "a stream to one receiver, 0, 0, 0, 0, 100000, 0, 1, 1",
        "a load generator, 5000, 5000, 40, 1, 0, 0, 0, 1",
    })
    void whoIsAnsweredOrApproachesFewDoesNotScan(
            String who,
            long opened,
            long answered,
            long resets,
            long tcp,
            long sent,
            long received,
            long udp,
            long hosts) {
        for (int second = 1; second <= 30; second++) {
            log.at(second)
                    .flows(3, opened, answered, resets, 0, tcp, sent, received, udp, hosts, 1);
        }
        assertEquals(List.of(), log.raised(), who);
    }

    @Test
    void connectionsWithoutAnswerToOneTargetAreAFlood() {
        log.at(1).flows(3, 400, 0, 0, 0, 1, 0, 0, 0, 1, 0);
        assertEquals(List.of(), log.raised());
        log.at(2).flows(3, 400, 10, 0, 0, 1, 0, 0, 0, 1, 0);
        assertEquals(List.of("syn-flood"), log.raised());
    }

    @Test
    void aGuestProbesThatIsRefusedManyCallsOrManyDifferentOnes() {
        for (int i = 0; i < 4; i++) {
            log.at(i).record(CrossingType.GUEST_CALL_REFUSED, 3, 100 + i, 1, 2, 2);
        }
        assertEquals(List.of(), log.raised());
        log.at(5).record(CrossingType.GUEST_CALL_REFUSED, 3, 101, 1, 2, 2);
        assertEquals(List.of(), log.raised(), "seen before");
        log.at(6).record(CrossingType.GUEST_CALL_REFUSED, 3, 105, 1, 2, 2);
        assertEquals(List.of("refused-calls"), log.raised());
        log.at(7).record(CrossingType.GUEST_CALL_REFUSED, 4, 105, 1, 200, 200);
        assertEquals(List.of("refused-calls", "refused-calls"), log.raised());
    }

    @Test
    void threeFaultsInAMinuteAreALoop() {
        log.at(1).record(CrossingType.FAULT, 13, 0, 0);
        log.at(100).record(CrossingType.WATCHDOG, 9, 100);
        log.at(101).record(CrossingType.FAULT, 6, 0, 0);
        assertEquals(List.of(), log.raised());
        log.at(120).record(CrossingType.PANIC, 1);
        assertEquals(List.of("restart-loop"), log.raised());
    }

    @Test
    void callsAtRegularIntervalsAreABeaconAlsoWithSomeJitter() {
        double at = 1;
        for (int i = 0; i < 9; i++) {
            log.at(at).target(3, 6, NEIGHBOUR, 443);
            at += 60 + (i % 3 - 1) * 5;
        }
        List<Alert> alerts = log.alerts();
        assertEquals(1, alerts.size());
        assertEquals("beaconing", alerts.getFirst().rule());
        assertTrue(
                alerts.getFirst().text().contains("tcp/10.7.0.9:443, every 60.0 s"),
                alerts::toString);
    }

    @Test
    void aBeaconAmongOtherTrafficIsOne() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 120; i++) {
            log.at(1 + i * 0.5).target(3, 6, NEIGHBOUR + 1 + random.nextInt(5), 80);
            if (i % 10 == 0) {
                log.target(3, 17, NEIGHBOUR, 53);
            }
        }
        assertEquals(List.of("beaconing"), log.raised());
    }

    @Test
    void aSummaryThatCameLateSpansTwoTimesAndAFloodNone() {
        for (int i = 0; i < 6; i++) {
            log.at(1 + 4 * i).targets(3, 2, 2, NEIGHBOUR, 443);
            log.targets(3, 2000, 0.999, NEIGHBOUR + 1, 443);
            log.at(2 + 4 * i).targets(3, 2000, 0.999, NEIGHBOUR + 1, 443);
            log.at(3 + 4 * i).targets(3, 2000, 0.999, NEIGHBOUR + 1, 443);
            log.at(4 + 4 * i).targets(3, 2000, 0.999, NEIGHBOUR + 1, 443);
        }
        List<Alert> alerts = log.alerts();
        assertEquals(1, alerts.size(), alerts::toString);
        assertTrue(alerts.getFirst().text().contains("10.7.0.9:443, every 2.0 s"));
    }

    @Test
    void irregularCallsAndSteadyOnesAreNone() {
        double[] pauses = {3, 9, 2, 20, 5, 40, 4, 7, 13, 2, 30, 6, 11, 3, 25};
        double at = 1;
        for (double pause : pauses) {
            log.at(at).target(3, 6, NEIGHBOUR, 443);
            at += pause;
        }
        // Many a second, for a while: one time.
        for (int i = 0; i < 300; i++) {
            log.at(at + i * 0.2).target(3, 17, NEIGHBOUR, 9000);
        }
        assertEquals(List.of(), log.raised());
    }

    @Test
    void whoSendsMoreThanItsProfileOrTenTimesWhatItUsedToIsOutOfIt() {
        Rules rules =
                Rules.read(
                        "{\"rules\": {\"log-chain\": {\"enabled\": false}, \"volume\": {\"floor\": 100000, \"windows\": 10,"
                                + " \"profiles\": {\"web\": 50000}}}}",
                        "test");
        log.guest(4, "db");
        for (int minute = 0; minute < 12; minute++) {
            log.at(60 * minute + 1).burst(CrossingType.BURST_IN, 3, 30, 1500, FORWARDED);
            log.at(60 * minute + 2).burst(CrossingType.BURST_IN, 4, 30, 1500, FORWARDED);
        }
        assertEquals(List.of(), log.alerts(rules));
        log.at(750).burst(CrossingType.BURST_IN, 3, 40, 1500, PacketVerdict.DROP_RATE);
        assertEquals(List.of(), log.alerts(rules), "what did not pass is not sent");
        log.at(751).burst(CrossingType.BURST_IN, 3, 40, 1500, FORWARDED);
        assertEquals(List.of("web"), log.alerts(rules).stream().map(Alert::guest).toList());
        log.at(752).burst(CrossingType.BURST_IN, 4, 200, 1500, FORWARDED);
        assertEquals(1, log.alerts(rules).size(), "seven times what it used to");
        log.at(753).burst(CrossingType.BURST_IN, 4, 200, 1500, FORWARDED);
        assertEquals(List.of("web", "db"), log.alerts(rules).stream().map(Alert::guest).toList());
    }

    private static final PacketVerdict FORWARDED = PacketVerdict.FORWARDED;

    @Test
    void recordsThatWereGivenUpAreAnAlert() {
        log.at(1).record(CrossingType.LOSS, 1, 5, 5);
        assertEquals(List.of("records-lost"), log.raised());
    }

    @Test
    void anIncidentIsOneAlertUntilItHasGrownTenfoldOrWasQuiet() {
        log.at(1);
        for (int i = 0; i < 9; i++) {
            log.at(1 + i).record(CrossingType.DMA_REFUSED, 1, 2, 1);
        }
        assertEquals(1, log.alerts().size());
        log.at(12).record(CrossingType.DMA_REFUSED, 1, 2, 1);
        List<Alert> grown = log.alerts();
        assertEquals(2, grown.size());
        assertTrue(grown.get(1).again());
        assertEquals(10, grown.get(1).events());
        log.at(200).record(CrossingType.DMA_REFUSED, 1, 2, 1);
        assertEquals(2, log.alerts().size());
        log.at(600).record(CrossingType.DMA_REFUSED, 1, 2, 1);
        List<Alert> anew = log.alerts();
        assertEquals(3, anew.size());
        assertFalse(anew.get(2).again());
        assertEquals(3, anew.stream().map(Alert::id).distinct().count());
    }

    @Test
    void whomARuleLeavesAloneByNameOrNumberItDoesNotSpeakOf() {
        log.guest(4, "probe");
        log.at(1).record(CrossingType.QUEUE_REFUSED, 3, 0, 0, 1);
        log.at(1).record(CrossingType.QUEUE_REFUSED, 4, 0, 0, 1);
        log.at(1).record(CrossingType.QUEUE_REFUSED, 5, 0, 0, 1);
        Rules rules =
                Rules.read(
                        "{\"rules\": {\"descriptor-forgery\": {\"allow\": [\"probe\", 5]}}}",
                        "test");
        assertEquals(List.of("web"), log.alerts(rules).stream().map(Alert::guest).toList());
    }
}
