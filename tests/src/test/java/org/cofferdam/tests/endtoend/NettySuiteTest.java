package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Netty's own tests of its transports, from the jar that Netty publishes, in a guest with an attached card: NIO channels
 * and java.net's sockets, over the guest's loopback. What each case should do stands in {@code
 * tests/suites/netty-testsuite.txt}; what it did is written beside it into {@code target/netty-testsuite.txt}.
 */
@NeedsKvm
final class NettySuiteTest {
    private static final String IP = "10.77.0.51";
    private static final String PACKAGE = "io.netty.testsuite.";
    private static final String EXPECTED = "tests/suites/netty-testsuite.txt";

    /** The classes that take no more than a few seconds together. */
    private static final String QUICK =
            String.join(
                    "|",
                    ".*[.](Datagram.*",
                    "WriteBeforeRegistered",
                    "CompositeBufferGatheringWrite",
                    "Socket(Echo",
                    "FixedLengthEcho",
                    "StringEcho",
                    "Connect",
                    "MultipleConnect",
                    "HalfClosed",
                    "Rst",
                    "Shutdown.*",
                    "AutoRead",
                    "BufRelease",
                    "CancelWrite",
                    "CloseForcibly",
                    "Addresses",
                    "StartTls",
                    "SslGreeting",
                    "FileRegion",
                    "ConditionalWritability",
                    "DataReadInitialState))Test");

    /** Without the transports that are native code over the host's kernel. */
    private static final String ALL = "(?!.*[.](udt|sctp)[.]).*";

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    @RegisterExtension private static final GuestJvms GUESTS = new GuestJvms(PLACE);

    /** What a case did, or should do; {@code why} is empty for one that passes. */
    private record Outcome(String word, String why) {}

    @BeforeAll
    static void aPort() {
        GUESTS.port("suite", "02:00:00:00:00:51", IP);
        Command.Result ignored =
                Command.of(
                                GuestJvms.jdk("javac"),
                                "-d",
                                folder().toString(),
                                "-cp",
                                GuestJvms.jarsOfOthers(),
                                GuestJvms.source("tests/suites/RunSuite.java"))
                        .run()
                        .orFail();
        assert ignored.exit() == 0;
    }

    private static Path folder() {
        return PLACE.monitor().folder();
    }

    @Test
    void theQuickCasesOfNettysSuiteEndAsExpected() throws Exception {
        run("quick", QUICK, false);
    }

    @Test
    @Tag("soak")
    void allCasesOfNettysSuiteEndAsExpected() throws Exception {
        run("all", ALL, true);
    }

    private static void run(String name, String classes, boolean whole) throws Exception {
        Path table = folder().resolve(name + ".table");
        Process suite =
                GUESTS.start(
                        name,
                        GUESTS.javaWith(
                                GuestJvms.jarsOfOthers() + ":" + folder(),
                                "suite",
                                IP,
                                "-Xmx1g",
                                "-Djunit.jupiter.execution.timeout.default=30s",
                                GuestJvms.source("tests/programs/StartProgram.java"),
                                "RunSuite",
                                table.toString(),
                                folder().resolve(name + ".traces").toString(),
                                PACKAGE.substring(0, PACKAGE.length() - 1),
                                classes));
        assertTrue(
                suite.waitFor(10, TimeUnit.MINUTES), () -> "it does not end: " + GUESTS.said(name));
        assertTrue(Files.exists(table), () -> "it wrote no table: " + GUESTS.said(name));
        Map<String, Outcome> did = read(table, 2, 3);
        Map<String, Outcome> should = read(Path.of(GuestJvms.source(EXPECTED)), 1, 2);
        List<String> lines = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        did.forEach(
                (test, outcome) -> {
                    Outcome expected = should.getOrDefault(test, new Outcome("unlisted", ""));
                    lines.add(line(outcome, expected, test));
                    boolean asBefore = outcome.word.equals(expected.word);
                    if (!asBefore && !outcome.word.equals("pass")) {
                        wrong.add(test + ": " + outcome);
                    } else if (expected.word.equals("unlisted")) {
                        wrong.add(test + " is not in " + EXPECTED);
                    }
                });
        if (whole) {
            should.keySet().stream()
                    .filter(test -> !did.containsKey(test))
                    .forEach(test -> wrong.add(test + " did not run"));
        }
        show(name, did, lines);
        String traces = Files.readString(folder().resolve(name + ".traces"));
        assertEquals(
                List.of(), wrong, () -> traces.substring(0, Math.min(traces.length(), 20_000)));
    }

    private static String line(Outcome outcome, Outcome expected, String test) {
        boolean asExpected = outcome.word.equals(expected.word);
        return String.format(
                "%-5s %-18s %s%s",
                outcome.word,
                asExpected ? "" : "(expected " + expected.word + ")",
                test,
                outcome.why.isEmpty() ? "" : "  -- " + outcome.why);
    }

    private static void show(String name, Map<String, Outcome> did, List<String> lines)
            throws IOException {
        StringBuilder all = new StringBuilder("Netty's testsuite in a guest, " + name + " cases\n");
        for (String word : List.of("pass", "fail", "skip")) {
            all.append(did.values().stream().filter(o -> o.word.equals(word)).count())
                    .append(' ')
                    .append(word)
                    .append('\n');
        }
        lines.forEach(line -> all.append(line).append('\n'));
        Files.writeString(Path.of("target", "netty-testsuite-" + name + ".txt"), all);
        System.out.print(all);
    }

    /** Lines of tabbed words: an outcome, a case, and in some place why. */
    private static Map<String, Outcome> read(Path file, int least, int why) throws IOException {
        Map<String, Outcome> outcomes = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\t", -1);
            assertTrue(words.length > least, line);
            String name =
                    words[1].startsWith(PACKAGE) ? words[1].substring(PACKAGE.length()) : words[1];
            outcomes.put(name, new Outcome(words[0], words.length > why ? words[why].strip() : ""));
        }
        return outcomes;
    }
}
