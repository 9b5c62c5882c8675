package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.HarmfulGuest;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.PingSeries;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.cofferdam.tests.lab.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Guests that are killed, flood, write rubbish into their rings or exhaust their heap, as processes of their own, while
 * another guest and the host each send something beyond the card. What these send arrives whole, and pings are answered.
 * The rates are printed beside those without the harm; they pass or fail nothing.
 */
@NeedsKvm
final class HarmfulGuestsTest {
    private static final String GOOD_IP = "10.77.0.41";
    private static final String BAD_IP = "10.77.0.42";
    private static final String BAD_MAC = "02:00:00:00:00:42";
    private static final String URL = "http://" + GOOD_IP + ":8080/";
    private static final int BYTES = 60 << 20;

    /** Serves a page from its heap, then fills that heap until an allocation fails, and goes on so. */
    private static final String EXHAUSTED =
            """
            import com.sun.net.httpserver.*;
            import java.net.*;
            import java.util.*;

            void main(String[] args) throws Exception {
                var server = HttpServer.create(new InetSocketAddress(args[0], 8080), 0);
                server.createContext("/", exchange -> {
                    byte[] page = new byte[100_000];
                    exchange.sendResponseHeaders(200, page.length);
                    exchange.getResponseBody().write(page);
                    exchange.close();
                });
                server.start();
                System.out.println("serves");
                Thread.sleep(1000); // a client gets some pages before
                int failed = 0;
                while (true) {
                    var kept = new ArrayList<byte[]>();
                    try {
                        while (true) {
                            kept.add(new byte[kept.size() < 1000 ? 50_000 : 16]);
                        }
                    } catch (OutOfMemoryError e) {
                        if (++failed < 10) {
                            System.out.println("exhausted");
                        }
                    }
                }
            }
            """;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();
    @RegisterExtension private static final GuestJvms GUESTS = new GuestJvms(PLACE);

    private static double guestAlone;
    private static double hostAlone;

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    @BeforeAll
    static void aGoodGuestServesAFile() throws IOException {
        Path folder = Files.createDirectory(PLACE.monitor().folder().resolve("www"));
        byte[] all = new byte[BYTES];
        new SplittableRandom(41).nextBytes(all);
        Files.write(folder.resolve("file"), all);
        GUESTS.port("good", "02:00:00:00:00:41", GOOD_IP);
        GUESTS.port("bad", BAD_MAC, BAD_IP);
        Process ignored =
                GUESTS.start(
                        "good",
                        GUESTS.java(
                                "good",
                                GOOD_IP,
                                "-m",
                                "jdk.httpserver",
                                "-b",
                                GOOD_IP,
                                "-p",
                                "8080",
                                "-d",
                                folder.toString(),
                                "-o",
                                "none"));
        GUESTS.awaitPage("good", Namespace.OUTSIDE, URL);
        HarmfulGuestsTest first = new HarmfulGuestsTest();
        first.othersGoOn("warming");
        first.othersGoOn("nothing");
    }

    /** Whatever it did: the next guest on its port is served. */
    @AfterEach
    void thePortServesTheNextGuest() {
        String page = monitor.folder().resolve("www").toString();
        Process next =
                GUESTS.start(
                        "next",
                        GUESTS.java(
                                "bad",
                                BAD_IP,
                                "-m",
                                "jdk.httpserver",
                                "-b",
                                BAD_IP,
                                "-p",
                                "8080",
                                "-d",
                                page,
                                "-o",
                                "none"));
        GUESTS.awaitPage("next", Namespace.OUTSIDE, "http://" + BAD_IP + ":8080/");
        GuestJvms.kill(next);
    }

    /** Another guest's file and the host's stream arrive whole meanwhile, and no ping of the host is lost. */
    private void othersGoOn(String harm) {
        try (Transfer host =
                        Transfer.start(
                                network,
                                Namespace.HOST,
                                Namespace.OUTSIDE,
                                NetworkNamespaces.OUTSIDE_IP);
                PingSeries pings =
                        PingSeries.start(network, Namespace.OUTSIDE, NetworkNamespaces.HOST_IP)) {
            host.awaitMore(1 << 20);
            long before = host.received();
            long began = System.nanoTime();
            String got =
                    network.shell(Namespace.OUTSIDE, "curl -s -m 50 " + URL + "file | sha256sum");
            double seconds = (System.nanoTime() - began) / 1e9;
            double hostRate = (host.received() - before) * 8e-6 / seconds;
            assertEquals(hash(), got.substring(0, 64), GUESTS.said("good"));
            host.finish();
            assertEquals(0, pings.lost());
            report(harm, BYTES * 8e-6 / seconds, hostRate, pings.longestGapMillis());
        }
    }

    private static void report(String harm, double guest, double host, long gapMillis) {
        if (harm.equals("nothing")) {
            guestAlone = guest;
            hostAlone = host;
        }
        System.out.printf(
                "beside %s: guest %.0f Mbit/s (%.2f), host %.0f Mbit/s (%.2f), longest wait for a ping %d ms%n",
                harm, guest, guest / guestAlone, host, host / hostAlone, gapMillis);
    }

    private String hash() {
        return network.shell(Namespace.HOST, "sha256sum < " + monitor.folder().resolve("www/file"))
                .substring(0, 64);
    }

    private Process harmful(String what) {
        Command command =
                GUESTS.plainJava(Namespace.HOST)
                        .with(
                                HarmfulGuest.class.getName(),
                                what,
                                GUESTS.socket("bad").toString(),
                                BAD_MAC,
                                NetworkNamespaces.OUTSIDE_MAC);
        return GUESTS.start(what, command);
    }

    @Test
    void aGuestThatFloodsHarmsNobody() {
        Process bad = harmful("flood");
        monitor.await("the flood", () -> GUESTS.said("flood").contains("floods"));
        othersGoOn("a flood");
        assertTrue(bad.isAlive(), GUESTS.said("flood"));
        GuestJvms.kill(bad);
    }

    @Test
    void aGuestThatIsKilledAgainAndAgainHarmsNobody() throws InterruptedException {
        boolean[] over = new boolean[1];
        int[] kills = new int[1];
        Thread killer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!isSet(over)) {
                                        Process bad = harmful("flood");
                                        monitor.await(
                                                "the flood",
                                                () -> GUESTS.said("flood").contains("floods"));
                                        GuestJvms.kill(bad);
                                        kills[0]++;
                                    }
                                });
        try {
            othersGoOn("guests that are killed");
        } finally {
            set(over);
            killer.join();
        }
        assertTrue(kills[0] > 0);
        System.out.println(kills[0] + " killed");
    }

    private static synchronized boolean isSet(boolean[] flag) {
        return flag[0];
    }

    private static synchronized void set(boolean[] flag) {
        flag[0] = true;
    }

    @Test
    void aGuestThatWritesRubbishIntoItsRingsHarmsNobody() {
        Process bad = harmful("rubbish");
        monitor.await("the rubbish", () -> GUESTS.said("rubbish").contains("was thrown out 1"));
        othersGoOn("rubbish in rings");
        assertTrue(bad.isAlive(), GUESTS.said("rubbish"));
        String said = GUESTS.said("rubbish");
        System.out.println("rubbish: " + said.lines().toList().getLast());
        GuestJvms.kill(bad);
    }

    @Test
    void aGuestWhoseHeapIsExhaustedHarmsNobody() {
        String program = GUESTS.program("Exhausted", EXHAUSTED);
        Process bad =
                GUESTS.start(
                        "exhausted",
                        GUESTS.java("bad", BAD_IP, "-XX:+UseSerialGC", "-Xmx48m", program, BAD_IP));
        GUESTS.awaitPage("exhausted", Namespace.OUTSIDE, "http://" + BAD_IP + ":8080/");
        monitor.await("the heap's end", () -> GUESTS.said("exhausted").contains("exhausted"));
        othersGoOn("an exhausted heap");
        GuestJvms.kill(bad);
    }
}
