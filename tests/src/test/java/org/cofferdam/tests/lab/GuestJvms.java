package org.cofferdam.tests.lab;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * {@link GuestPrograms} for all tests of a class, with jars of others and with java.net's sockets installed. All programs
 * end with the tests; registered after the {@link RunningPlace}.
 */
public final class GuestJvms implements AfterAllCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RunningPlace place;
    private final GuestPrograms programs;

    /** Guests of a place's monitor. */
    public GuestJvms(RunningPlace place) {
        this.place = place;
        this.programs = new GuestPrograms(place);
    }

    /** Adds a port for a guest. */
    public void port(String name, String mac, String ip) {
        programs.port(name, mac, ip);
    }

    /** A JVM that has the port's library OS for its channels; it is otherwise any JVM. */
    public Command java(String port, String ip, String... words) {
        return programs.java(port, ip, words);
    }

    /** The same with more jars, each with a colon before it. */
    public Command javaWith(String jars, String port, String ip, String... words) {
        return programs.java(
                        port,
                        ip,
                        "-Dlogback.configurationFile=" + source("tests/suites/logback.xml"),
                        "-cp",
                        GuestPrograms.classPath() + jars)
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
        return GuestPrograms.jdk(program);
    }

    /** Starts a program whose output goes to a file of its name. */
    public Process start(String name, Command command) {
        return programs.start(name, command);
    }

    /** What a program has written. */
    public String said(String name) {
        return programs.said(name);
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
        programs.close();
    }
}
