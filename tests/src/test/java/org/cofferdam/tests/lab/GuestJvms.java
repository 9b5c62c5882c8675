package org.cofferdam.tests.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * JVMs that have the library OS for their network, as guests of a running monitor, and the programs that they talk to. All
 * end with the tests of a class; registered after the {@link RunningPlace}.
 */
public final class GuestJvms implements AfterAllCallback {
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(30));

    private final RunningPlace place;
    private final List<Process> started = new CopyOnWriteArrayList<>();

    /** Guests of a place's monitor. */
    public GuestJvms(RunningPlace place) {
        this.place = place;
    }

    /** Adds a port for a guest. */
    public void port(String name, String mac, String ip) {
        guest("add", name, "--mac", mac, "--ip", ip).orFail();
    }

    private Command.Result guest(String command, String... words) {
        RunningMonitor monitor = place.monitor();
        return monitor.launcher("guest", command)
                .with(words)
                .with("--run-dir", monitor.runDir().toString())
                .run();
    }

    /** Where a port's back end listens. */
    public Path socket(String port) {
        return Path.of(
                Json.parse(guest("show", port, "-o", "json").orFail().out()).at("socket").asText());
    }

    /** A JVM without a guest's network, with all of these tests' classes. */
    public Command plainJava(Namespace namespace, String... words) {
        return place.network()
                .in(
                        namespace,
                        jdk("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djnr.ffi.x86asm.enabled=false",
                        "-cp",
                        System.getProperty("java.class.path"))
                .with(words);
    }

    /** Writes a program in one file into the monitor's folder, and says where it is. */
    public String program(String name, String text) {
        Path file = place.monitor().folder().resolve(name + ".java");
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toString();
    }

    /** A JVM that has the port's library OS for its channels; it is otherwise any JVM. */
    public Command java(String port, String ip, String... words) {
        return javaWith("", port, ip, words);
    }

    /** The same with more jars, each with a colon before it. */
    public Command javaWith(String jars, String port, String ip, String... words) {
        return place.network()
                .in(
                        Namespace.HOST,
                        jdk("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djnr.ffi.x86asm.enabled=false",
                        "-Djava.nio.channels.spi.SelectorProvider=org.cofferdam.libos.jdk.GuestSelectorProvider",
                        "-Dcofferdam.libos.attach=" + socket(port),
                        "-Dcofferdam.libos.ip=" + ip + "/24",
                        "-Dlogback.configurationFile=" + source("tests/suites/logback.xml"),
                        "-cp",
                        classPath() + jars)
                .with(words);
    }

    /** A JVM whose sockets of java.net are the library OS's as well, and a main class in it. */
    public Command program(String port, String ip, String jars, String... mainAndArguments) {
        return javaWith(jars, port, ip, source("tests/programs/StartProgram.java"))
                .with(mainAndArguments);
    }

    /** The jars of others that tests run, with a colon before; see tests/programs. */
    public static String jarsOfOthers() {
        return ":" + source("tests/programs/target/lib") + "/*";
    }

    /** The classes of the examples and what they need, with a colon before. */
    public static String examples() {
        return ":" + source("libos-guests/examples/target/classes") + jarsOfOthers();
    }

    /** A file of the checkout. */
    public static String source(String file) {
        return SourceTree.root().resolve(file).toString();
    }

    /** A program of the JDK that runs the tests. */
    public static String jdk(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** What the library OS needs of this JVM's own class path. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(":"))
                .filter(p -> !p.contains("/tests/target") && !p.contains("junit"))
                .collect(Collectors.joining(":"));
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

    /** What a program has written. */
    public String said(String name) {
        try {
            return Files.readString(place.monitor().folder().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a program says something. */
    public void awaitWords(String name, String words) {
        Awaitility.await("\"" + words + "\" from " + name)
                .atMost(PATIENCE)
                .until(() -> said(name).contains(words));
    }

    /** Waits until a page of a program is there. */
    public void awaitPage(String name, Namespace from, String url) {
        try {
            Awaitility.await("an answer from " + url)
                    .atMost(PATIENCE)
                    .until(() -> answers(from, url));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(name + " does not answer; it said:\n" + said(name), e);
        }
    }

    private boolean answers(Namespace from, String url) {
        return place.network().in(from, "curl", "-sf", "-m", "2", url).run().exit() == 0;
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        started.forEach(GuestJvms::kill);
    }
}
