package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.ConfinedGuest;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.KafkaBroker;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Programs of others, as they are, behind a guest's filter; their peers are beyond the card. */
@NeedsKvm
final class ConfinedProgramsTest {
    private static final String KAFKA = "10.77.0.36";
    private static final String PACKED = "10.77.0.37";
    private static final String CLIENT = "10.77.0.38";
    private static final String EXAMPLES = "org.cofferdam.examples.";
    private static final int RECORDS = 5_000;
    private static final Duration PACKING = Duration.ofMinutes(2);

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    @RegisterExtension private static final GuestJvms GUESTS = new GuestJvms(PLACE);

    @BeforeAll
    static void ports() {
        GUESTS.port("kafka", "02:00:00:00:00:36", KAFKA);
        GUESTS.port("packed", "02:00:00:00:00:37", PACKED);
        GUESTS.port("client", "02:00:00:00:00:38", CLIENT);
    }

    @Test
    void aKafkaProducerSendsFromBehindTheFilterToABrokerOutside() throws IOException {
        KafkaBroker broker = new KafkaBroker(PLACE, GUESTS, "broker");
        broker.start();
        Command.Result sent =
                ConfinedGuest.run(PLACE, "kafka", KAFKA, "--stats")
                        .with("--", "-cp", GuestJvms.examples().substring(1))
                        .with(EXAMPLES + "KafkaSender", broker.address(), "confined")
                        .with(Integer.toString(RECORDS))
                        .run()
                        .orFail();
        assertTrue(sent.out().contains(RECORDS + " records acknowledged"), sent.toString());
        assertEquals(
                IntStream.range(0, RECORDS)
                        .mapToObj(i -> i + "=record " + i + " of " + RECORDS)
                        .toList(),
                broker.records("confined", RECORDS));
    }

    @Test
    void theJdksClientsFetchByNameFromBehindTheFilter() throws IOException {
        Path folder = Files.createDirectory(PLACE.monitor().folder().resolve("files"));
        byte[] file = new byte[20 << 20];
        new SplittableRandom(38).nextBytes(file);
        Files.write(folder.resolve("file"), file);
        Process server =
                GUESTS.start(
                        "outside",
                        PLACE.network()
                                .in(Namespace.OUTSIDE, GuestJvms.jdk("jwebserver"))
                                .with("-b", NetworkNamespaces.OUTSIDE_IP, "-p", "8000")
                                .with("-d", folder.toString(), "-o", "none"));
        GUESTS.awaitPage(
                "outside", Namespace.OUTSIDE, "http://" + NetworkNamespaces.OUTSIDE_IP + ":8000/");
        Command.Result fetched =
                ConfinedGuest.run(PLACE, "client", CLIENT)
                        .with("--hosts", "files.test=" + NetworkNamespaces.OUTSIDE_IP, "--")
                        .with("-cp", ConfinedGuest.programs(), "org.cofferdam.tests.guest.Fetch")
                        .with("http://files.test:8000/file")
                        .run()
                        .orFail();
        String hash =
                PLACE.network()
                        .shell(Namespace.HOST, "sha256sum < " + folder + "/file")
                        .substring(0, 64);
        assertEquals(
                NetworkNamespaces.OUTSIDE_IP + "\n" + hash + "\n" + hash + "\n",
                fetched.out(),
                fetched.toString());
        server.destroy();
    }

    @Test
    void anImageServesByItsOwnRuntime() throws InterruptedException {
        Path image = PLACE.monitor().folder().resolve("server.image");
        Command.of(
                        SourceTree.root().resolve("ops/libos").toString(),
                        "image",
                        "--output",
                        image.toString(),
                        "--",
                        "-cp",
                        ConfinedGuest.examples(),
                        EXAMPLES + "FileServer",
                        PACKED,
                        "8080")
                .run(PACKING)
                .orFail();
        Process server =
                GUESTS.start(
                        "packed",
                        PLACE.network()
                                .in(
                                        Namespace.HOST,
                                        image.resolve("start").toString(),
                                        "--attach",
                                        GUESTS.socket("packed").toString(),
                                        "--ip",
                                        PACKED + "/24",
                                        "--stats"));
        String at = "http://" + PACKED + ":8080/";
        GUESTS.awaitPage("packed", Namespace.OUTSIDE, at);
        List<String> hashes =
                PLACE.network()
                        .shell(
                                Namespace.OUTSIDE,
                                "for i in 1 2; do curl -sf -m 50 "
                                        + at
                                        + "bytes/20000000 | sha256sum; done")
                        .lines()
                        .distinct()
                        .toList();
        assertEquals(1, hashes.size(), () -> GUESTS.said("packed"));
        server.destroy();
        assertEquals(128 + 15, server.waitFor(), () -> GUESTS.said("packed"));
    }
}
