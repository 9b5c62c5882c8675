package org.cofferdam.tests.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.cofferdam.libos.confinement.Cage;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.drill.HostileGuest.Attack;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.ConfinedGuest;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.PingSeries;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.cofferdam.tests.lab.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Plays attacks against running monitors and asks the detectors: each is raised by its rule, and clean traffic, alone and
 * beside the attacks, raises nothing. Prints the table.
 *
 * <p>Properties: {@code drill.seed}, {@code drill.seconds} of clean traffic, {@code drill.rules} as further rules, {@code
 * drill.keep} as a folder for copies of the logs.
 */
@NeedsKvm
final class AttackDrillTest {
    private static final String CLEAN_IP = "10.77.0.41";
    private static final String URL = "http://" + CLEAN_IP + ":8080/";
    private static final Duration ATTACK = Duration.ofSeconds(13);
    private static final int FIRST_HOST = 51;

    /** The processor's own limits: what one image does, another rule may rightly say as well. */
    private static final Set<String> DRIVER_FAILS = Set.of("restart-loop");

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();
    @RegisterExtension private static final GuestJvms GUESTS = new GuestJvms(PLACE);

    private final long seed =
            Long.getLong("drill.seed", new SplittableRandom().nextLong() & 0xffff_ffffL);
    private final SplittableRandom random = new SplittableRandom(seed);
    private final DrillTable table = new DrillTable();

    @Test
    void eachAttackIsRaisedByItsRuleAndCleanTrafficRaisesNothing()
            throws IOException, InterruptedException {
        System.out.println("drill.seed=" + seed);
        try {
            cleanTraffic(Duration.ofSeconds(Long.getLong("drill.seconds", 8)));
            hostileGuests();
            hostileDriver(
                    "DMA", "dma-outside-window", "dma-receive-buffers", "dma-transmit-buffers");
            hostileDriver(
                    "descriptors",
                    "descriptor-forgery",
                    "uplink-bad-heads",
                    "uplink-descriptor-loop",
                    "uplink-index-jump",
                    "uplink-wild-addresses");
            hostileDriver(
                    "exits", "crossing-storm", "doorbell-flood-status", "doorbell-flood-notify");
            hostileDriver("restart loop", "restart-loop", "ud2", "hlt", "read-outside-ram");
            hostileDriver("spoofing driver", "mac-spoofing", "spoofed-frames");
        } finally {
            System.out.println(table);
        }
        assertEquals(List.of(), table.missed());
        assertEquals(List.of(), table.falseAlarms());
        assertTrue(table.attacks() >= 10);
    }

    /** Files by HTTP to and from a guest, a stream, pings, and a driver that the operator restarts. */
    private void cleanTraffic(Duration time) throws IOException {
        Path folder = Files.createDirectory(PLACE.monitor().folder().resolve("www"));
        byte[] all = new byte[4 << 20];
        random.nextBytes(all);
        Files.write(folder.resolve("file"), all);
        GUESTS.port("clean", "02:00:00:00:00:41", CLEAN_IP);
        Process ignored =
                GUESTS.start(
                        "clean",
                        GUESTS.java(
                                "clean",
                                CLEAN_IP,
                                "-m",
                                "jdk.httpserver",
                                "-b",
                                CLEAN_IP,
                                "-p",
                                "8080",
                                "-d",
                                folder.toString(),
                                "-o",
                                "none"));
        GUESTS.awaitPage("clean", Namespace.OUTSIDE, URL);
        traffic(time);
        PLACE.monitor().call("restart-driver").orFail();
        PLACE.monitor().awaitRestarts(1);
        traffic(Duration.ofSeconds(1));
        table.add(
                "clean traffic",
                time.toSeconds() + " s",
                Set.of(),
                Set.of(),
                rules(detect(PLACE.monitor(), PLACE.monitor().auditDir())));
    }

    private void traffic(Duration time) {
        NetworkNamespaces network = PLACE.network();
        long end = System.nanoTime() + time.toNanos();
        try (Transfer stream =
                        Transfer.start(
                                network,
                                Namespace.HOST,
                                Namespace.OUTSIDE,
                                NetworkNamespaces.OUTSIDE_IP);
                PingSeries pings =
                        PingSeries.start(network, Namespace.OUTSIDE, NetworkNamespaces.HOST_IP)) {
            do {
                stream.awaitMore(1 << 20);
                network.shell(Namespace.OUTSIDE, "curl -sf -m 20 " + URL + "file -o /dev/null");
            } while (System.nanoTime() < end);
            stream.finish();
            long lost = pings.lost();
            System.out.println("clean traffic for " + time + ", pings lost " + lost);
        }
    }

    /** All of them at once, each on a port of its own, while the clean guest goes on. */
    private void hostileGuests() throws IOException, InterruptedException {
        RunningMonitor monitor = PLACE.monitor();
        // Seconds, so that nothing of before is in it.
        Instant begin = Instant.now().plusMillis(200);
        Map<Attack, HostileGuest> guests = new EnumMap<>(Attack.class);
        Map<Attack, Path> sockets = new EnumMap<>(Attack.class);
        for (Attack attack : Attack.values()) {
            int host = FIRST_HOST + guests.size();
            byte[] mac = {2, 0, 0, 0, 1, (byte) host};
            GUESTS.port(name(attack), "02:00:00:00:01:%02x".formatted(host), "10.77.0." + host);
            guests.put(attack, new HostileGuest(mac, 0x0a4d_0000 + host, random.nextLong()));
            sockets.put(attack, GUESTS.socket(name(attack)));
        }
        GUESTS.port("prober", "02:00:00:00:00:61", "10.77.0.101");
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        guests.forEach(
                (attack, guest) ->
                        threads.add(
                                Thread.ofPlatform()
                                        .start(
                                                () -> {
                                                    try {
                                                        guest.run(
                                                                path(sockets, attack),
                                                                attack,
                                                                ATTACK);
                                                    } catch (BackEndException e) {
                                                        failures.add(attack + ": " + e);
                                                    }
                                                })));
        Command.Result prober = probe();
        traffic(Duration.ofSeconds(3));
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(failures));
        Path rules = monitor.folder().resolve("drill-rules.json");
        Files.writeString(
                rules,
                """
                { "rules": { "volume": { "profiles": { "exfiltration": 500000 } } } }
                """);
        keep("guests", monitor.auditDir());
        List<Json> alerts =
                detect(
                        monitor,
                        monitor.auditDir(),
                        "--since",
                        begin.toString(),
                        "--rules",
                        rules.toString());
        Map<String, Set<String>> byGuest = new TreeMap<>();
        for (Json alert : alerts) {
            String guest = alert.at("guest").exists() ? alert.at("guest").asText() : "";
            byGuest.computeIfAbsent(guest, g -> new TreeSet<>()).add(alert.at("rule").asText());
        }
        guests.forEach(
                (attack, guest) ->
                        table.add(
                                name(attack),
                                guest.plan(),
                                Set.of(attack.rule),
                                Set.of(),
                                byGuest.getOrDefault(name(attack), Set.of())));
        table.add(
                "prober",
                "exit " + prober.exit(),
                Set.of("refused-calls"),
                Set.of(),
                byGuest.getOrDefault("prober", Set.of()));
        table.add(
                "clean beside them",
                "the clean guest, the host, the log",
                Set.of(),
                Set.of(),
                Stream.of("clean", "")
                        .flatMap(g -> byGuest.getOrDefault(g, Set.of()).stream())
                        .collect(java.util.stream.Collectors.toSet()));
        tampering(monitor);
    }

    private static Path path(Map<Attack, Path> sockets, Attack attack) {
        return java.util.Objects.requireNonNull(sockets.get(attack));
    }

    private static String name(Attack attack) {
        return attack.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A confined guest that tries system calls, some random ones of those that its filter refuses. */
    private Command.Result probe() {
        Set<Integer> kept = new TreeSet<>(Cage.filter(Cage.Folders.NONE).numbers());
        int last = random.nextInt(250, 400);
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--",
                                "-cp",
                                ConfinedGuest.programs(),
                                "org.cofferdam.tests.guest.EverySystemCall",
                                Integer.toString(last)));
        kept.forEach(number -> words.add(Integer.toString(number)));
        return ConfinedGuest.run(PLACE, "prober", "10.77.0.101", words.toArray(String[]::new))
                .run();
    }

    /** A copy of the log from which a stretch is taken, or in which one bit is another. */
    private void tampering(RunningMonitor monitor) throws IOException {
        Path copy = Files.createDirectory(monitor.folder().resolve("tampered"));
        Path segment = copy.resolve("audit-00000001.cfl");
        Files.copy(monitor.auditDir().resolve("audit-00000001.cfl"), segment);
        byte[] bytes = Files.readAllBytes(segment);
        int data = bytes.length;
        while (data > 0 && bytes[data - 1] == 0) {
            data--;
        }
        int at = random.nextInt(data / 4, data / 2);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(segment, bytes);
        table.add(
                "tampered log",
                "a bit of byte " + at,
                Set.of("log-chain"),
                Set.of(),
                rules(detect(monitor, copy, "--since", "1970-01-01")).stream()
                        .filter(r -> r.equals("log-chain"))
                        .collect(java.util.stream.Collectors.toSet()));
    }

    private void hostileDriver(String name, String rule, String... images) {
        String image = images[random.nextInt(images.length)];
        try (NetworkNamespaces network = NetworkNamespaces.create();
                RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            Path file = SourceTree.root().resolve("tests/target/hostile/" + image + ".elf");
            monitor.launch("--image", file.toString());
            monitor.await("a status", () -> monitor.status().at("domain", "state").exists());
            network.addressTheCard();
            Process out =
                    network.in(
                                    Namespace.HOST,
                                    "ping",
                                    "-n",
                                    "-q",
                                    "-i",
                                    "0.02",
                                    NetworkNamespaces.OUTSIDE_IP)
                            .start();
            Process in =
                    network.in(
                                    Namespace.OUTSIDE,
                                    "ping",
                                    "-n",
                                    "-q",
                                    "-i",
                                    "0.02",
                                    "-b",
                                    "10.77.0.255")
                            .start();
            try (LiveDetector live = LiveDetector.start(monitor)) {
                live.awaitRule(rule);
                assertEquals(5, live.end(), live::toString);
            } catch (ConditionTimeoutException missed) {
                System.out.println(name + ", " + image + ": " + missed.getMessage());
            }
            out.destroyForcibly();
            in.destroyForcibly();
            monitor.stop();
            keep(image, monitor.auditDir());
            table.add(
                    name,
                    image,
                    Set.of(rule),
                    DRIVER_FAILS,
                    rules(detect(monitor, monitor.auditDir())));
        }
    }

    /** Copies a log to where {@code drill.keep} says, if it says so. */
    private static void keep(String name, Path log) {
        String folder = System.getProperty("drill.keep", "");
        if (!folder.isEmpty()) {
            Command.of("mkdir", "-p", folder).run().orFail();
            Command.of("cp", "-r", log.toString(), folder + "/" + name).run().orFail();
        }
    }

    private static Set<String> rules(List<Json> alerts) {
        Set<String> rules = new TreeSet<>();
        alerts.forEach(a -> rules.add(a.at("rule").asText()));
        return rules;
    }

    private static List<Json> detect(RunningMonitor monitor, Path log, String... options) {
        Command command =
                monitor.launcher("audit", "detect", "-o", "json", "--audit-dir", log.toString())
                        .with(options);
        String more = System.getProperty("drill.rules", "");
        if (!more.isEmpty() && !List.of(options).contains("--rules")) {
            command = command.with("--rules", more);
        }
        Command.Result result = command.run();
        assertTrue(result.exit() == 0 || result.exit() == 5, result::toString);
        List<Json> alerts = Json.lines(result.out());
        assertEquals(alerts.isEmpty(), result.exit() == 0, result::toString);
        return alerts;
    }
}
