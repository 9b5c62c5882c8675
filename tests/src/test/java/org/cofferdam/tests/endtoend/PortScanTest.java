package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** nmap looks at a guest from beyond the card while a file leaves it, and sees what is there and no more. */
@NeedsKvm
final class PortScanTest {
    private static final String IP = "10.77.0.51";
    private static final int BYTES = 60 << 20;
    private static final String OPEN_TCP = "8080";
    private static final String OPEN_UDP = "9000";

    /** What a scan may cost a guest that keeps nothing of it, with room for what a JVM does meanwhile. */
    private static final long MOST_GROWTH_KIB = 64 << 10;

    private static final Pattern PORT =
            Pattern.compile("portid=\"(\\d+)\"><state state=\"([^\"]+)\"");
    private static final Pattern REST =
            Pattern.compile("<extraports state=\"([^\"]+)\" count=\"(\\d+)\"");

    /** A file by HTTP, and a UDP port that echoes. */
    private static final String SERVER =
            """
            import com.sun.net.httpserver.*;
            import java.net.*;
            import java.nio.ByteBuffer;
            import java.nio.channels.DatagramChannel;
            import java.nio.file.Path;

            void main(String[] args) throws Exception {
                var echo = DatagramChannel.open().bind(new InetSocketAddress(args[0], 9000));
                SimpleFileServer.createFileServer(new InetSocketAddress(args[0], 8080), Path.of(args[1]),
                    SimpleFileServer.OutputLevel.NONE).start();
                var datagram = ByteBuffer.allocate(65536);
                while (true) {
                    var from = echo.receive(datagram.clear());
                    echo.send(datagram.flip(), from);
                }
            }
            """;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();
    @RegisterExtension private static final GuestJvms GUESTS = new GuestJvms(PLACE);

    @SuppressWarnings("NullAway.Init") // before all tests
    private static Process guest;

    @SuppressWarnings("NullAway.Init")
    private static String hash;

    @BeforeAll
    static void aGuestServesAFile() throws IOException {
        Path folder = Files.createDirectory(PLACE.monitor().folder().resolve("www"));
        byte[] all = new byte[BYTES];
        new SplittableRandom(51).nextBytes(all);
        Files.write(folder.resolve("file"), all);
        hash = PLACE.network().shell(Namespace.HOST, "sha256sum < " + folder + "/file");
        GUESTS.port("scanned", "02:00:00:00:00:51", IP);
        String program = GUESTS.program("Scanned", SERVER);
        guest = GUESTS.start("scanned", GUESTS.java("scanned", IP, program, IP, folder.toString()));
        GUESTS.awaitPage("scanned", Namespace.OUTSIDE, "http://" + IP + ":8080/");
    }

    /** What nmap says: the state of each port, and how many of those that it does not name are in which. */
    private static Map<String, String> scan(String... words) {
        Command.Result nmap =
                PLACE.network()
                        .in(Namespace.OUTSIDE, "nmap", "-n", "-Pn", "-T4", "-oX", "-")
                        .with(words)
                        .with(IP)
                        .run()
                        .orFail();
        Map<String, String> seen = new TreeMap<>();
        Matcher port = PORT.matcher(nmap.out());
        while (port.find()) {
            seen.put(port.group(1), port.group(2));
        }
        Matcher rest = REST.matcher(nmap.out());
        while (rest.find()) {
            seen.put("others " + rest.group(1), rest.group(2));
        }
        return seen;
    }

    @Test
    void whatNmapSeesIsWhatIsThereAndATransferGoesOn() throws IOException, InterruptedException {
        Process curl =
                new ProcessBuilder(
                                PLACE.network()
                                        .in(
                                                Namespace.OUTSIDE,
                                                "sh",
                                                "-c",
                                                "curl -s -m 120 --limit-rate 4M http://"
                                                        + IP
                                                        + ":8080/file | sha256sum")
                                        .words())
                        .redirectErrorStream(true)
                        .start();
        try {
            long before = rssKib();
            Map<String, String> tcp = Map.of(OPEN_TCP, "open", "others closed", "999");
            List<String> wrong = new ArrayList<>();
            look(wrong, tcp, "-sS", "-p", "7500-8499");
            look(wrong, tcp, "-sT", "-p", "7500-8499");
            Map<String, String> silent = Map.of(OPEN_TCP, "open|filtered", "others closed", "999");
            look(wrong, silent, "-sF", "-p", "7500-8499");
            look(wrong, silent, "-sN", "-p", "7500-8499");
            look(wrong, silent, "-sX", "-p", "7500-8499");
            look(wrong, Map.of("others unfiltered", "100"), "-sA", "-p", "8000-8099");
            look(
                    wrong,
                    Map.of(OPEN_UDP, "open", "8998", "closed", "8999", "closed"),
                    "-sU",
                    "--data-string",
                    "echo",
                    "-p",
                    "8998-9000");
            assertEquals(List.of(), wrong);
            Map<String, String> fingerprint = scan("-O", "-p", "8079,8080");
            assertEquals("open", fingerprint.get(OPEN_TCP));
            assertTrue(curl.isAlive() || curl.exitValue() == 0);
            assertTrue(curl.waitFor(60, TimeUnit.SECONDS));
            String got =
                    new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals(hash.substring(0, 64), got.substring(0, 64));
            long grown = rssKib() - before;
            assertTrue(grown < MOST_GROWTH_KIB, "the guest grew by " + grown + " KiB");
        } finally {
            GuestJvms.kill(curl);
        }
    }

    private static void look(List<String> wrong, Map<String, String> expected, String... words) {
        long began = System.nanoTime();
        Map<String, String> seen = scan(words);
        System.out.printf(
                "nmap %s: %s in %s%n",
                String.join(" ", words), seen, Duration.ofNanos(System.nanoTime() - began));
        if (!seen.equals(new TreeMap<>(expected))) {
            wrong.add(Arrays.toString(words) + " saw " + seen + " and not " + expected);
        }
    }

    /** Resident memory of the guest's process, of its own and not of files. */
    private static long rssKib() throws IOException {
        Path status = Path.of("/proc", Long.toString(guest.pid()), "status");
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new AssertionError("no RssAnon in " + status);
    }
}
