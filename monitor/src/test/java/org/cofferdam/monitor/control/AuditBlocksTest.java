package org.cofferdam.monitor.control;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditStream;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.read.CrossingPlace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log's blocks over a real control socket, read by the feed that the commands use. */
final class AuditBlocksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path parent;

    private final ExampleMonitor monitor = new ExampleMonitor();
    private AuditLog log;
    private AuditSource source;
    private ControlServer server;

    @BeforeEach
    void open() {
        log =
                AuditLog.open(
                        AuditOptions.in(parent.resolve("audit"), "test-host")
                                .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES));
        source = log.source("domain", 1 << 20);
        server = serve();
    }

    private ControlServer serve() {
        return ControlServer.open(socket(), monitor, monitor, Optional.of(parent.resolve("audit")));
    }

    private Path socket() {
        return parent.resolve("control.sock");
    }

    @AfterEach
    void close() {
        server.close();
        log.close();
    }

    private void record(int from, int to) {
        for (int i = from; i < to; i++) {
            source.record(CrossingType.FAULT, i, -1, -1, -1, -1, 0);
        }
        log.sync();
    }

    private AuditStream stream(String place) {
        return AuditStream.of(place).filter(AuditFilter.all().withSources(Set.of("domain")));
    }

    @Test
    void theSocketBringsWhatTheFilesHold() {
        record(0, 20_000);
        List<String> byFiles = new ArrayList<>();
        List<String> bySocket = new ArrayList<>();
        try (AuditStream files = stream(parent.resolve("audit").toString());
                AuditStream running = stream("unix://" + socket())) {
            files.forEach((c, place) -> byFiles.add(CrossingFormat.json(c)));
            running.forEach(
                    (c, place) -> {
                        assertEquals("test-host", place.origin().host());
                        bySocket.add(CrossingFormat.json(c));
                    });
        }
        assertEquals(20_000, bySocket.size());
        assertEquals(byFiles, bySocket);
        assertTrue(
                monitor.events.stream().anyMatch(e -> e.endsWith(" GET /v1/audit/blocks?from=0")),
                monitor.events.toString());
    }

    @Test
    void whoFollowsGoesOnWhenTheMonitorWasStartedAnew() throws Exception {
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        AuditStream stream = stream(socket().toString()).follow(true);
        record(0, 100);
        Thread follower = new Thread(() -> stream.forEach((c, place) -> seen.add(c.field(0))));
        follower.start();
        await().atMost(PATIENCE).until(() -> seen.size() == 100);
        record(100, 5_000);
        await().atMost(PATIENCE).until(() -> seen.size() == 5_000);
        server.close();
        record(5_000, 6_000);
        server = serve();
        record(6_000, 7_000);
        await().atMost(PATIENCE).until(() -> seen.size() == 7_000);
        stream.close();
        follower.join(10_000);
        assertFalse(follower.isAlive());
        for (int i = 0; i < 7_000; i++) {
            assertEquals(i, seen.get(i));
        }
    }

    @Test
    void whoFollowsABusyLogGetsTheLastOnesAndThenWhatComes() throws Exception {
        record(0, 5_000);
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        List<Integer> before = Collections.synchronizedList(new ArrayList<>());
        AuditStream stream = stream(socket().toString()).follow(true);
        Thread follower =
                new Thread(
                        () ->
                                stream.forEach(
                                        new AuditStream.Consumer() {
                                            @Override
                                            public void crossing(Crossing c, CrossingPlace place) {
                                                seen.add(c.field(0));
                                            }

                                            @Override
                                            public void caughtUp() {
                                                before.add(seen.size());
                                            }
                                        }));
        follower.start();
        int next = 5_000;
        while (before.isEmpty() && next < 200_000) {
            record(next, next + 10); // never silent
            next += 10;
        }
        assertEquals(1, before.size());
        assertTrue(before.getFirst() >= 5_000, before + " of what was there");
        stream.close();
        follower.join(10_000);
    }

    @Test
    void aReaderThatDoesNotReadHoldsNobodyBackButItself() throws IOException {
        try (SocketChannel lazy = ask(socket(), "from=0&follow=true")) {
            record(0, 200_000); // some 15 MB: far more than the socket takes
            assertEquals(0, log.counters().lost());
            assertEquals(200, RawHttp.status(RawHttp.call(socket(), "GET", "/v1/status", "")));
            assertTrue(lazy.isConnected());
        }
    }

    private static SocketChannel ask(Path socket, String query) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        channel.write(
                ByteBuffer.wrap(
                        ("GET /v1/audit/blocks?" + query + " HTTP/1.1\r\nHost: monitor\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    @Test
    void atMostFourReadAtOnceAndAWrongQueryIsRefused() throws Exception {
        List<SocketChannel> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            SocketChannel reader = ask(socket(), "follow=true");
            readers.add(reader);
            ByteBuffer first = ByteBuffer.allocate(15);
            while (first.hasRemaining() && reader.read(first) >= 0) {
                assertTrue(first.position() > 0);
            }
            assertTrue(new String(first.array(), StandardCharsets.US_ASCII).contains("200"));
        }
        String fifth = RawHttp.call(socket(), "GET", "/v1/audit/blocks", "");
        assertEquals(503, RawHttp.status(fifth), fifth);
        for (SocketChannel reader : readers) {
            reader.close();
        }
        for (String query : List.of("from=-1", "from=x", "all", "from=1&from", "follow=1")) {
            String answer = RawHttp.call(socket(), "GET", "/v1/audit/blocks?" + query, "");
            assertEquals(400, RawHttp.status(answer), query + ": " + answer);
        }
    }

    @Test
    void aReaderDoesNotDelayTheEnd() throws IOException {
        try (SocketChannel reader = ask(socket(), "follow=true")) {
            ByteBuffer some = ByteBuffer.allocate(100);
            reader.read(some);
            long begun = System.nanoTime();
            server.close();
            assertTrue(System.nanoTime() - begun < 1_900_000_000L, "the end waited for a reader");
            // The rest comes, then the end of the connection, or its reset.
            try {
                while (reader.read(some) >= 0) {
                    some.clear();
                }
            } catch (IOException reset) {
                assertFalse(String.valueOf(reset.getMessage()).isEmpty());
            }
        }
    }

    @Test
    void withoutAMonitorItIsSaidInOneSentence() {
        server.close();
        AuditLogException nobody =
                assertThrows(
                        AuditLogException.class,
                        () -> stream("unix://" + socket()).forEach((c, place) -> {}));
        assertTrue(
                String.valueOf(nobody.getMessage()).startsWith("no monitor answers at"),
                nobody.getMessage());
    }

    @Test
    void whateverAnswersBringsSentencesAndNoCrossingsThatAreNotSound() throws Exception {
        record(0, 100);
        byte[] sound = bytesOfTheLog();
        byte[] flipped = sound.clone();
        flipped[flipped.length / 2] ^= 1;
        byte[] twice = new byte[2 * sound.length];
        System.arraycopy(sound, 0, twice, 0, sound.length);
        System.arraycopy(sound, 0, twice, sound.length, sound.length);
        byte[] rubbish =
                "no block at all, but long enough to be a header"
                        .repeat(10)
                        .getBytes(StandardCharsets.US_ASCII);
        for (byte[] body :
                List.of(flipped, twice, rubbish, Arrays.copyOf(sound, sound.length - 3))) {
            List<String> damage = new ArrayList<>();
            List<Crossing> seen = new ArrayList<>();
            Path liar = parent.resolve("liar.sock");
            try (ServerSocketChannel listener =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listener.bind(UnixDomainSocketAddress.of(liar));
                Thread thread = new Thread(() -> lie(listener, body));
                thread.start();
                try (AuditStream stream = stream(liar.toString())) {
                    stream.forEach(
                            new AuditStream.Consumer() {
                                @Override
                                public void crossing(Crossing crossing, CrossingPlace place) {
                                    seen.add(crossing);
                                }

                                @Override
                                public void damage(String sentence) {
                                    damage.add(sentence);
                                }
                            });
                } catch (AuditLogException said) {
                    damage.add(String.valueOf(said.getMessage()));
                }
                thread.join();
            }
            Files.deleteIfExists(liar);
            assertFalse(damage.isEmpty());
            assertTrue(seen.size() <= 100, seen.size() + " crossings");
        }
    }

    private byte[] bytesOfTheLog() throws IOException {
        String answer;
        try (SocketChannel channel = ask(socket(), "from=0")) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (channel.read(buffer) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            answer = all.toString(StandardCharsets.ISO_8859_1);
        }
        id = answer.lines().filter(l -> l.startsWith("cofferdam-log")).findFirst().orElseThrow();
        return RawHttp.body(answer).getBytes(StandardCharsets.ISO_8859_1);
    }

    private String id = "";

    private void lie(ServerSocketChannel listener, byte[] body) {
        try (SocketChannel asked = listener.accept()) {
            ByteBuffer request = ByteBuffer.allocate(4096);
            asked.read(request);
            asked.write(
                    ByteBuffer.wrap(
                            ("HTTP/1.1 200 OK\r\n" + id + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer all = ByteBuffer.wrap(body);
            while (all.hasRemaining()) {
                asked.write(all);
            }
        } catch (IOException gone) {
            // It heard enough.
            return;
        }
    }
}
