package org.cofferdam.tests.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;

/**
 * JVMs as guests of a running monitor, and programs beside them. Each guest is a process of its own in {@code host}, with
 * the library OS's channels and otherwise any JVM. {@link #close} ends what was started.
 */
public final class GuestPrograms implements AutoCloseable {
    private final RunningPlace place;
    private final List<Process> started = new ArrayList<>();

    /** For tests of a place; ports and programs come later. */
    public GuestPrograms(RunningPlace place) {
        this.place = place;
    }

    /** Adds a port for a guest. */
    public void port(String name, String mac, String ip) {
        guest("add", name, "--mac", mac, "--ip", ip).orFail();
    }

    private Command.Result guest(String command, String... words) {
        return place.monitor()
                .launcher("guest", command)
                .with(words)
                .with("--run-dir", place.monitor().runDir().toString())
                .run();
    }

    /** Where the port's back end listens. */
    public Path socket(String port) {
        return Path.of(
                Json.parse(guest("show", port, "-o", "json").orFail().out()).at("socket").asText());
    }

    /** What the monitor says of a port. */
    public Json shown(String port) {
        return Json.parse(guest("show", port, "-o", "json").orFail().out());
    }

    /** A JVM that has the port's library OS for its channels. */
    public Command java(String port, String ip, String... words) {
        return jvm(Namespace.HOST)
                .with(
                        "-Djava.nio.channels.spi.SelectorProvider=org.cofferdam.libos.jdk.GuestSelectorProvider",
                        "-Dcofferdam.libos.attach=" + socket(port),
                        "-Dcofferdam.libos.ip=" + ip + "/24")
                .with(words);
    }

    /** A JVM on the kernel's stack, with the class path that guests have. */
    public Command jvm(Namespace namespace) {
        return place.network()
                .in(
                        namespace,
                        jdk("java"),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djnr.ffi.x86asm.enabled=false",
                        "-cp",
                        classPath());
    }

    /** A program of the JDK that runs these tests. */
    public static String jdk(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** The class path of these tests, which has the library OS. */
    static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                .filter(p -> !p.contains("junit"))
                .collect(Collectors.joining(":"));
    }

    /** Writes a program in one file, and says where it is. */
    public String source(String name, String text) {
        Path file = place.monitor().folder().resolve(name + ".java");
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toString();
    }

    /** Starts a program whose output goes to a file of its name. */
    public Process start(String name, Command command) {
        try {
            Process process =
                    new ProcessBuilder(command.words())
                            .redirectErrorStream(true)
                            .redirectOutput(place.monitor().folder().resolve(name).toFile())
                            .start();
            started.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program has said so far. */
    public String said(String name) {
        try {
            return Files.readString(place.monitor().folder().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until an address answers HTTP. */
    public void awaitPage(Namespace from, String url) {
        Awaitility.await("an answer from " + url)
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                place.network().in(from, "curl", "-sf", "-m", "2", url).run().exit()
                                        == 0);
    }

    /** Ends a process for good and waits for it. */
    public static void kill(Process process) {
        process.destroyForcibly();
        try {
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it does not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        started.forEach(GuestPrograms::kill);
    }
}
