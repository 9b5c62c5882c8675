package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.AuditTraffic;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.KafkaPlace;
import org.cofferdam.tests.lab.KafkaTool;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A real broker and a real shipper, and what happens to both. What counts is the topic afterwards: {@code check_topic.py},
 * which knows the format's document alone, compares it with the segment files.
 */
final class KafkaShipperTest {
    private static final boolean SOAK = Boolean.getBoolean("cofferdam.soak");
    private static final int KILLS = SOAK ? 40 : 4;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long SEGMENT = 1 << 20;

    @RegisterExtension static final KafkaPlace PLACE = new KafkaPlace();

    /** Chosen anew in each run, so that kills meet other moments; printed, so that one can be had again. */
    private static final Random RANDOM = new Random(seed());

    private static long seed() {
        long seed = Long.getLong("cofferdam.seed", System.nanoTime());
        System.out.println("seed " + seed);
        return seed;
    }

    @BeforeAll
    static void aPlace() {
        PLACE.make();
    }

    @Test
    void eachBlockIsInTheTopicOnceAndInOrderWhateverHappensToTheBroker() throws Exception {
        Path log = PLACE.folder().resolve("log-a");
        Process shipper = PLACE.start("ship-a", PLACE.ship(log, "a", "state-a"));
        Process writer = write(log, "write-a", 2000, 0);
        PLACE.needBroker();
        progress("state-a");
        for (int round = 0; round < (SOAK ? 5 : 1); round++) {
            PLACE.killBroker();
            pause(2);
            PLACE.startBroker();
            progress("state-a");

            GuestJvms.kill(writer);
            writer = write(log, "write-a", 2000, 0);
            PLACE.cutWire(true);
            pause(SOAK ? 60 : 5);
            PLACE.cutWire(false);
            progress("state-a");

            PLACE.freezeBroker(true);
            pause(SOAK ? 40 : 3);
            PLACE.freezeBroker(false);
            PLACE.slowWire(true);
            pause(3);
            PLACE.slowWire(false);
            progress("state-a");

            PLACE.fillDisk(true);
            pause(SOAK ? 30 : 5);
            // It ends by itself when it meets the full disk with the wrong file.
            System.out.println("with a full disk the broker lives: " + PLACE.brokerLives());
            if (PLACE.brokerLives()) {
                PLACE.killBroker();
            }
            PLACE.fillDisk(false);
            PLACE.startBroker();
            progress("state-a");
        }
        end(writer);
        end("a", log, shipper, "state-a");
        verify(log, "a");
    }

    @Test
    void aShipperKilledAtAnyTimeAndAStaleOneLeaveEachBlockOnce() throws Exception {
        Path log = PLACE.folder().resolve("log-b");
        PLACE.needBroker();
        Process writer = write(log, "write-b", 4000, 0);
        Process shipper = PLACE.start("ship-b", PLACE.ship(log, "b", "state-b"));
        progress("state-b");
        for (int kill = 0; kill < KILLS; kill++) {
            pause(0.2 + 1.5 * RANDOM.nextDouble());
            GuestJvms.kill(shipper);
            shipper = PLACE.start("ship-b", PLACE.ship(log, "b", "state-b"));
        }
        progress("state-b");

        // One stands still in the middle of its work, another takes over; then the first goes on.
        KafkaPlace.signal("STOP", shipper.pid());
        Process second = PLACE.start("ship-b2", PLACE.ship(log, "b", "state-b2"));
        progress("state-b2");
        KafkaPlace.signal("CONT", shipper.pid());
        assertTrue(shipper.waitFor(60, TimeUnit.SECONDS), "the stale shipper goes on");
        assertEquals(4, shipper.exitValue(), PLACE.said("ship-b"));
        assertTrue(PLACE.said("ship-b").contains("taken over"), PLACE.said("ship-b"));
        progress("state-b2");

        end(writer);
        end("b", log, second, "state-b2");
        verify(log, "b");
    }

    @Test
    void whatIsInTheTopicReadsBackAndWhatIsNoBlockIsDamage() throws Exception {
        Path log = PLACE.folder().resolve("log-c");
        PLACE.needBroker();
        writeAll(log, "write-c", 5000);
        Process shipper = PLACE.start("ship-c", PLACE.ship(log, "c", "state-c"));
        progress("state-c");
        end("c", log, shipper, "state-c");
        tool("rubbish", PLACE.address(), "c.blocks", "host-of-tests").orFail();
        String place = "kafka://" + PLACE.address() + "/c.blocks";
        List<String> all = tool("feed", place).orFail().out().lines().toList();
        List<String> blocks = all.stream().filter(l -> l.startsWith("block ")).toList();
        for (int i = 0; i < blocks.size(); i++) {
            assertTrue(blocks.get(i).startsWith("block host-of-tests " + i + " "), blocks.get(i));
        }
        assertEquals(
                Long.parseLong(PLACE.shipped("state-c", "block")) + 1,
                blocks.size(),
                all.toString());
        assertEquals(5, all.stream().filter(l -> l.startsWith("damage ")).count());
        List<String> others = tool("feed", place + "?host=nobody").orFail().out().lines().toList();
        assertTrue(others.stream().noneMatch(l -> l.startsWith("block ")), others.toString());
        Command.Result none = tool("feed", "kafka://" + PLACE.address() + "/none");
        assertTrue(none.err().contains("there is no topic none"), none.err());
    }

    @Test
    void aLogThatWasCutOrWrittenAnewIsNotShippedOn() throws Exception {
        Path log = PLACE.folder().resolve("log-e");
        Path older = PLACE.folder().resolve("log-e-older");
        PLACE.needBroker();
        writeAll(log, "write-e", 1000);
        Command.Result copy =
                Command.of("cp", "-r", log.toString(), older.toString()).run().orFail();
        assertEquals(0, copy.exit());
        writeAll(log, "write-e", 3000);
        Process shipper = PLACE.start("ship-e", PLACE.ship(log, "e", "state-e"));
        progress("state-e");

        Command.Result cut = PLACE.ship(older, "e", "state-e2").run();
        assertEquals(4, cut.exit(), cut.toString());
        assertTrue(cut.err().contains("it was cut"), cut.toString());
        writeAll(older, "write-e", 20_000);
        Command.Result anew = PLACE.ship(older, "e", "state-e2").run();
        assertEquals(4, anew.exit(), anew.toString());
        assertTrue(anew.err().contains("written anew"), anew.toString());

        // The log's own shipper was not turned away by that.
        writeAll(log, "write-e", 1000);
        end("e", log, shipper, "state-e");
        verify(log, "e");
    }

    @Test
    void topicsThatWillNotDoAreRefusedInOneSentence() throws Exception {
        Path log = PLACE.folder().resolve("log-d");
        PLACE.needBroker();
        writeAll(log, "write-d", 100);
        tool("topic", PLACE.address(), "compact.blocks", "cleanup.policy=compact").orFail();
        refused(log, "compact", "cleanup.policy");
        tool("topic", PLACE.address(), "small.blocks", "max.message.bytes=65536").orFail();
        refused(log, "small", "max.message.bytes");
        Command.Result missing = PLACE.ship(log, "missing", "state-d").with("--no-create").run();
        assertEquals(3, missing.exit(), missing.toString());
        assertTrue(missing.err().contains("there is no topic missing.blocks"), missing.toString());
        Command.Result replicas =
                PLACE.ship(log, "replicas", "state-d").with("--replication", "3").run();
        assertEquals(3, replicas.exit(), replicas.toString());
        assertTrue(replicas.err().contains("--replication"), replicas.toString());
    }

    private static void refused(Path log, String topic, String word) {
        Command.Result result = PLACE.ship(log, topic, "state-d").run();
        assertEquals(3, result.exit(), result.toString());
        assertEquals(1, result.err().lines().count(), result.toString());
        assertTrue(result.err().contains(word), result.toString());
    }

    private static Command.Result tool(String... words) {
        return PLACE.java(KafkaTool.class.getName()).with(words).run();
    }

    // What several do.

    private static Process write(Path log, String name, int rate, int most) {
        return PLACE.start(
                name,
                PLACE.java(
                        AuditTraffic.class.getName(),
                        log.toString(),
                        Long.toString(SEGMENT),
                        Integer.toString(rate),
                        Integer.toString(most)));
    }

    /** One run of a writer, to its end. */
    private static void writeAll(Path log, String name, int bursts) throws InterruptedException {
        assertTrue(
                write(log, name, 0, bursts).waitFor(60, TimeUnit.SECONDS),
                "the writer does not end");
    }

    private static void pause(double seconds) throws InterruptedException {
        // What is tested is what so long a trouble does.
        Thread.sleep((long) (seconds * 1000));
    }

    /** Waits until something more is shipped. */
    private static void progress(String state) {
        String before = PLACE.shipped(state, "block");
        Awaitility.await("the shipper to go on, behind block " + before)
                .atMost(PATIENCE)
                .until(() -> !PLACE.shipped(state, "block").equals(before));
    }

    /** Ends a writer in order. */
    private static void end(Process writer) throws IOException, InterruptedException {
        writer.getOutputStream().write("end\n".getBytes(StandardCharsets.US_ASCII));
        writer.getOutputStream().flush();
        assertTrue(writer.waitFor(30, TimeUnit.SECONDS), "the writer does not end");
    }

    /** Waits until all is shipped, then ends the shipper in order. */
    private static void end(String topic, Path log, Process shipper, String state)
            throws InterruptedException {
        Awaitility.await("the lag of topic " + topic + " to go away")
                .atMost(PATIENCE)
                .until(() -> PLACE.said(state + "/shipper.prom").contains("lag_blocks 0\n"));
        // Sums of packets come out a second after the last block; the counters are written once a
        // second.
        String[] events = {""};
        Awaitility.await("the last sums")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2500))
                .until(
                        () -> {
                            String before = events[0];
                            events[0] = counter(state, "events_shipped_total");
                            return !before.isEmpty() && before.equals(events[0]);
                        });
        assertEquals("0", counter(state, "chain_breaks_total"), log.toString());
        assertEquals("0", counter(state, "missing_blocks_total"));
        assertEquals("0", counter(state, "repeated_blocks_total"));
        shipper.destroy();
        assertTrue(shipper.waitFor(20, TimeUnit.SECONDS), "the shipper does not stop");
        assertEquals(0, shipper.exitValue());
    }

    private static String counter(String state, String name) {
        return PLACE.said(state + "/shipper.prom")
                .lines()
                .filter(l -> l.startsWith("cofferdam_shipper_" + name + " "))
                .map(l -> l.substring(l.indexOf(' ') + 1))
                .findFirst()
                .orElse("");
    }

    private static void verify(Path log, String topic) {
        Command.Result result = PLACE.check(log, topic).orFail();
        Json found = Json.parse(result.out());
        System.out.println("topic " + topic + ": " + result.out().strip());
        assertTrue(found.at("blocks").asLong() > 10, result.out());
    }
}
