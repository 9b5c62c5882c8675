package org.cofferdam.tests.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Two network namespaces with a wire between: in one whoever writes and ships a log, in the other a Kafka broker whose
 * files lie on a small disk in memory. Which all end with the tests of a class.
 */
public final class KafkaPlace implements AfterAllCallback {
    private static final String NEAR_IP = "10.79.0.1";
    private static final String FAR_IP = "10.79.0.2";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final Pattern PID = Pattern.compile("as pid ([0-9]+)");
    private static final String DISK = "96m";

    private final String near =
            "cofferdam-k" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
    private final String far = near + "b";
    private final List<Process> started = new ArrayList<>();
    private @Nullable Path folder;
    private long holder;
    private long broker;

    /** Makes it, without a broker yet. Skips the test where it cannot. */
    public void make() {
        assumeTrue(
                Command.of("id", "-u").run().out().strip().equals("0"),
                "these tests make network namespaces, so they need root");
        try {
            folder = Files.createTempDirectory("cofferdam-kafka");
            Files.createDirectory(broker());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String name : List.of(near, far)) {
            ip("netns", "add", name);
            ip("-n", name, "link", "set", "lo", "up");
        }
        ip("-n", near, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", far);
        ip("-n", near, "address", "add", NEAR_IP + "/24", "dev", "eth0");
        ip("-n", far, "address", "add", FAR_IP + "/24", "dev", "eth0");
        ip("-n", near, "link", "set", "eth0", "up");
        ip("-n", far, "link", "set", "eth0", "up");
        // The disk lives as long as the process that has it mounted, and nobody else sees it.
        Process keeper =
                start(
                        "keeper",
                        Command.of("ip", "netns", "exec", far, "unshare", "-m", "sh", "-c")
                                .with(
                                        "mount -t tmpfs -o size="
                                                + DISK
                                                + " tmpfs "
                                                + broker()
                                                + " && echo mounted && exec sleep 3600"));
        Awaitility.await("the broker's disk")
                .atMost(PATIENCE)
                .until(() -> said("keeper").contains("mounted"));
        holder = keeper.pid();
    }

    private static void ip(String... words) {
        Command.Result ignored = Command.of("ip").with(words).run().orFail();
        assert ignored.exit() == 0;
    }

    /** Where everything lies. */
    public Path folder() {
        if (folder == null) {
            throw new IllegalStateException("make() comes first");
        }
        return folder;
    }

    private Path broker() {
        return folder().resolve("broker");
    }

    /** Where clients reach the broker. */
    public String address() {
        return FAR_IP + ":9092";
    }

    // The broker.

    private Command far(String... words) {
        return Command.of("nsenter", "--target", Long.toString(holder), "--mount", "--net")
                .with(words);
    }

    /** Starts the broker with what its disk has; returns when it listens. */
    public void startBroker() {
        String said =
                far(GuestJvms.source("ops/kafka"), "start")
                        .with("--dir", broker().toString(), "--bind", FAR_IP)
                        .run(PATIENCE)
                        .orFail()
                        .out();
        Matcher pid = PID.matcher(said);
        if (!pid.find()) {
            throw new AssertionError(said);
        }
        broker = Long.parseLong(pid.group(1));
    }

    /** Starts the broker unless it runs. */
    public void needBroker() {
        if (!brokerLives()) {
            startBroker();
        }
    }

    /** Ends the broker with SIGKILL. */
    public void killBroker() {
        signal("KILL", broker);
        Awaitility.await("the broker's end").atMost(PATIENCE).until(() -> !brokerLives());
    }

    /** Whether the broker has not ended. */
    public boolean brokerLives() {
        return isAlive(broker);
    }

    /** The broker stands still, or goes on. */
    public void freezeBroker(boolean still) {
        signal(still ? "STOP" : "CONT", broker);
    }

    /** The wire is cut, or whole. */
    public void cutWire(boolean cut) {
        ip("-n", near, "link", "set", "eth0", cut ? "down" : "up");
    }

    /** What goes to the broker goes slowly, or not. */
    public void slowWire(boolean slow) {
        Command tc = Command.of("tc", "-n", near, "qdisc");
        Command.Result ignored =
                (slow
                                ? tc.with("add", "dev", "eth0", "root", "tbf", "rate", "4mbit")
                                        .with("burst", "64k", "latency", "400ms")
                                : tc.with("del", "dev", "eth0", "root"))
                        .run()
                        .orFail();
        assert ignored.exit() == 0;
    }

    /** The broker's disk is full, or has room again. */
    public void fillDisk(boolean full) {
        Path filler = broker().resolve("filler");
        Command.Result ignored =
                (full
                                ? far("sh", "-c", "cat /dev/zero >" + filler + " 2>/dev/null; true")
                                : far("rm", "-f", filler.toString()))
                        .run()
                        .orFail();
        assert ignored.exit() == 0;
    }

    // Those who write, ship and read.

    /** A program in the namespace of the log. */
    public Command near(String... words) {
        return Command.of("ip", "netns", "exec", near).with(words);
    }

    /** A JVM there with all of these tests' classes. */
    public Command java(String... words) {
        return near(
                        GuestJvms.jdk("java"),
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djnr.ffi.x86asm.enabled=false",
                        "-Dorg.slf4j.simpleLogger.log.org.apache.kafka=off",
                        "-cp",
                        System.getProperty("java.class.path"))
                .with(words);
    }

    /** {@code monitor ship} of a log into topics that begin with {@code topic}. */
    public Command ship(Path log, String topic, String state) {
        return near(
                GuestJvms.source("ops/monitor"),
                "ship",
                "--audit-dir",
                log.toString(),
                "--state-dir",
                folder().resolve(state).toString(),
                "--to",
                "kafka://" + address() + "/" + topic + ".blocks",
                "--events-topic",
                topic + ".events",
                "--partitions",
                "3");
    }

    /** Compares both topics with the log, by a program that shares no code with the shipper. */
    public Command.Result check(Path log, String topic) {
        return near("python3", GuestJvms.source("tests/kafka/check_topic.py"), address())
                .with(topic + ".blocks", log.toString(), "--events", topic + ".events")
                .run(Duration.ofMinutes(5));
    }

    /** Starts a program whose output goes to a file of its name. */
    public Process start(String name, Command command) {
        try {
            Process process =
                    new ProcessBuilder(command.words())
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            folder().resolve(name).toFile()))
                            .start();
            started.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program has written. */
    public String said(String name) {
        try {
            Path file = folder().resolve(name);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line of the file that a shipper leaves in its state folder; empty if it is not there yet. */
    public String shipped(String state, String name) {
        return said(state + "/shipped")
                .lines()
                .filter(l -> l.startsWith(name + " "))
                .map(l -> l.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** Sends a signal. */
    public static void signal(String name, long pid) {
        Command.Result ignored = Command.of("kill", "-" + name, Long.toString(pid)).run().orFail();
        assert ignored.exit() == 0;
    }

    private static boolean isAlive(long pid) {
        return Files.isDirectory(Path.of("/proc", Long.toString(pid)));
    }

    /** Ends every process here and takes the namespaces away. */
    @Override
    public void afterAll(ExtensionContext tests) {
        started.forEach(GuestJvms::kill);
        if (broker != 0) {
            ProcessHandle.of(broker).ifPresent(ProcessHandle::destroyForcibly);
        }
        for (String name : List.of(near, far)) {
            if (Files.exists(Path.of("/run/netns", name))) {
                Command.of("ip", "netns", "pids", name)
                        .run()
                        .out()
                        .lines()
                        .map(String::strip)
                        .filter(l -> !l.isEmpty())
                        .forEach(
                                pid ->
                                        ProcessHandle.of(Long.parseLong(pid))
                                                .ifPresent(ProcessHandle::destroyForcibly));
                ip("netns", "del", name);
            }
        }
        delete();
    }

    private void delete() {
        if (folder == null) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
