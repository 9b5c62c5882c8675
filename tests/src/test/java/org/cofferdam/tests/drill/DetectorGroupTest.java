package org.cofferdam.tests.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.KafkaPlace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two detectors share the logs of several hosts in a real broker's topic, and one is killed. */
final class DetectorGroupTest {
    private static final int HOSTS = 6;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @RegisterExtension static final KafkaPlace PLACE = new KafkaPlace();

    @Test
    void whatOneDetectorRaisesTwoRaiseOnceInAllAlsoWhenOneIsKilled()
            throws IOException, InterruptedException {
        PLACE.make();
        PLACE.startBroker();
        long seed = Long.getLong("cofferdam.seed", System.nanoTime() & 0xffff_ffffL);
        System.out.println("seed " + seed);
        Path logs = PLACE.folder().resolve("logs");
        Process writer =
                PLACE.start(
                        "write",
                        PLACE.java(
                                GroupTraffic.class.getName(),
                                "write",
                                PLACE.address(),
                                "blocks",
                                logs.toString(),
                                Integer.toString(HOSTS),
                                "25",
                                Long.toString(seed)));
        Awaitility.await("the topic")
                .atMost(PATIENCE)
                .until(() -> PLACE.said("write").contains("topic made"));
        Process first = detector("first");
        Process second = detector("second");
        Awaitility.await("alerts of both")
                .atMost(PATIENCE)
                .until(
                        () ->
                                PLACE.said("first").contains("\"id\"")
                                        && PLACE.said("second").contains("\"id\""));
        GuestJvms.kill(first);
        assertTrue(writer.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "it writes on");
        assertTrue(PLACE.said("write").contains("all sent"), PLACE.said("write"));
        List<String> expected = GroupTraffic.raised(logs, HOSTS).stream().sorted().toList();
        assertTrue(expected.size() > 20, expected::toString);
        List<String> found =
                Awaitility.await("all alerts")
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofSeconds(3))
                        .until(DetectorGroupTest::alerts, a -> a.size() >= expected.size());
        assertEquals(expected, found);
        second.destroy();
        assertTrue(second.waitFor(30, TimeUnit.SECONDS), "it does not end");
        assertEquals(5, second.exitValue(), PLACE.said("second"));
        assertEquals(expected, alerts());
        System.out.println(
                expected.size()
                        + " alerts, by the first "
                        + PLACE.said("first").lines().filter(l -> l.contains("\"id\"")).count()
                        + " before it was killed, by the second "
                        + PLACE.said("second").lines().filter(l -> l.contains("\"id\"")).count());
    }

    private static Process detector(String name) {
        return PLACE.start(
                name,
                PLACE.near(
                        GuestJvms.source("ops/monitor"),
                        "audit",
                        "detect",
                        "--from",
                        "kafka://" + PLACE.address() + "/blocks",
                        "--group",
                        "watch",
                        "--alerts",
                        PLACE.folder().resolve("alerts-" + name).toString(),
                        "-o",
                        "json"));
    }

    private static List<String> alerts() {
        return PLACE.java(GroupTraffic.class.getName(), "alerts", PLACE.address(), "blocks.alerts")
                .run()
                .orFail()
                .out()
                .lines()
                .filter(l -> l.startsWith("alert "))
                .map(l -> l.split(" ", 3)[1])
                .sorted()
                .toList();
    }
}
