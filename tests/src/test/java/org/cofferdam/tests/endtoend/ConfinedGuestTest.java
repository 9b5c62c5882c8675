package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.cofferdam.libos.confinement.Cage;
import org.cofferdam.libos.confinement.Surface;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.ConfinedGuest;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Guests as {@code libos run} starts them: what they can do, and what they cannot. */
@NeedsKvm
final class ConfinedGuestTest {
    private static final String SERVER = "10.77.0.31";
    private static final String PROGRAM = "10.77.0.32";
    private static final long BYTES = 100_000_000;

    /** Numbers that a kernel may have one day are refused, too. */
    private static final int LAST_NUMBER = 600;

    /**
     * uretprobe and uprobe, which the kernel passes by every filter (kernel/seccomp.c): they do nothing for who calls them
     * from anywhere but the kernel's own trampoline.
     */
    private static final Set<Integer> BEYOND_ANY_FILTER = Set.of(335, 336);

    private static final int SIGSYS = 31;
    private static final int SIGTERM = 15;
    private static final int SIGKILL = 9;
    private static final Duration START = Duration.ofSeconds(30);

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    @RegisterExtension private static final GuestJvms PROGRAMS = new GuestJvms(PLACE);

    @BeforeAll
    static void twoPorts() {
        PROGRAMS.port("server", "02:00:00:00:00:31", SERVER);
        PROGRAMS.port("program", "02:00:00:00:00:32", PROGRAM);
    }

    private static Command.Result run(List<String> options, String program, String... arguments) {
        return ConfinedGuest.run(PLACE, "program", PROGRAM, options.toArray(String[]::new))
                .with("--", "-cp", ConfinedGuest.programs(), "org.cofferdam.tests.guest." + program)
                .with(arguments)
                .run();
    }

    private static Process serve(String name, String... options) {
        Process server =
                PROGRAMS.start(
                        name,
                        ConfinedGuest.run(PLACE, "server", SERVER, options)
                                .with(
                                        "--",
                                        "-cp",
                                        ConfinedGuest.examples(),
                                        "org.cofferdam.examples.FileServer",
                                        SERVER,
                                        "8080"));
        PROGRAMS.awaitPage(name, Namespace.OUTSIDE, "http://" + SERVER + ":8080/");
        return server;
    }

    private static String fetch(long bytes) {
        return PLACE.network()
                .shell(
                        Namespace.OUTSIDE,
                        "curl -s -m 50 http://" + SERVER + ":8080/bytes/" + bytes + " | sha256sum")
                .substring(0, 64);
    }

    @Test
    void itServesFromBehindItsFilterAlsoWhenTheDriverAndTheBackEndAreReplaced()
            throws InterruptedException {
        Process server = serve("serving");
        String whole = fetch(BYTES);
        long restarts = PLACE.monitor().status().at("domain", "restarts").asLong();
        PLACE.monitor().call("restart-driver").orFail();
        PLACE.monitor().awaitRestarts(restarts + 1);
        assertEquals(whole, fetch(BYTES), () -> PROGRAMS.said("serving"));

        // The port is taken away and made again: the launcher finds the next back end.
        PLACE.monitor().call("guest remove", "server").orFail();
        PROGRAMS.port("server", "02:00:00:00:00:31", SERVER);
        PROGRAMS.awaitPage("serving", Namespace.OUTSIDE, "http://" + SERVER + ":8080/");
        assertEquals(whole, fetch(BYTES), () -> PROGRAMS.said("serving"));

        server.destroy();
        assertEquals(128 + SIGTERM, server.waitFor());
    }

    @Test
    void everyOtherSystemCallIsRefusedAndOnRecord() {
        Set<Integer> kept = new TreeSet<>(Cage.filter(Cage.Folders.NONE).numbers());
        kept.addAll(BEYOND_ANY_FILTER);
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(LAST_NUMBER)));
        kept.forEach(number -> arguments.add(Integer.toString(number)));
        Command.Result result =
                run(List.of("--stats"), "EverySystemCall", arguments.toArray(String[]::new));
        int others = LAST_NUMBER + 1 - kept.size();
        assertTrue(
                result.out().contains("refused " + others + "\nnot refused []\n"),
                result.toString());
        assertTrue(result.out().contains("forbidden by argument: []\n"), result.toString());
        assertEquals(0, result.exit(), result.toString());

        Set<Integer> recorded = recordedNumbers();
        assertEquals(
                Set.of(),
                IntStream.rangeClosed(0, LAST_NUMBER)
                        .boxed()
                        .filter(n -> !kept.contains(n) && !recorded.contains(n))
                        .collect(Collectors.toCollection(TreeSet::new)),
                "refused, and not on record");
        Surface surface = Surface.ofThisKernel(Cage.Folders.NONE);
        System.out.println(surface.sentence());
        assertTrue(surface.kept() <= 25, surface.toString());
        assertTrue(surface.removedPercent() > 81.6, surface.toString());
        assertTrue(result.err().contains(surface.sentence()), result.toString());
    }

    private static Set<Integer> recordedNumbers() {
        return PLACE.monitor().records("GUEST_CALL_REFUSED").stream()
                .map(record -> (int) record.at("fields", "number").asLong())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void whatNoFilterSeesDoesNothingForAGuest() {
        for (int number : BEYOND_ANY_FILTER) {
            List<String> others = new ArrayList<>(List.of(Integer.toString(number)));
            IntStream.range(0, number).forEach(n -> others.add(Integer.toString(n)));
            Command.Result result =
                    run(List.of(), "EverySystemCall", others.toArray(String[]::new));
            // uretprobe ends with SIGILL, uprobe with ENXIO (6); in an older kernel the filter sees
            // them.
            assertTrue(
                    result.out().contains("SIGILL")
                            || result.out().contains("not refused [336 answered 6]")
                            || result.out().contains("refused 1\n"),
                    result.toString());
        }
    }

    @Test
    void callsOfTheX32AbiEndTheGuest() {
        Command.Result result = run(List.of(), "EverySystemCall", "0", "x32");
        assertEquals(128 + SIGSYS, result.exit(), result.toString());
    }

    @Test
    void collectorsCompilersThreadsAndLateClassesGoOn() {
        Command.Result result = run(List.of("--stats", "--memory", "64m"), "BusyLife", "5");
        assertEquals(0, result.exit(), result.toString());
        assertTrue(result.out().startsWith("lived "), result.toString());
        System.out.print(result.out());
        // The C library asks for clone3 and brk and makes do without, and may look once, before it
        // gives memory back, how the
        // kernel overcommits (/proc/sys/vm/overcommit_memory); nothing else is missed.
        List<String> refused =
                result.err().lines().filter(line -> line.matches("libos: +[0-9]+  .*")).toList();
        assertTrue(
                refused.stream()
                        .allMatch(
                                line ->
                                        line.contains(" clone3 ")
                                                || line.contains(" brk ")
                                                || line.matches("libos: +1  openat .*")),
                () -> refused.toString());
    }

    @Test
    void codesAndSignalsPassThrough() throws InterruptedException {
        assertEquals(7, run(List.of(), "Endings", "exit").exit());
        Command.Result thrown = run(List.of(), "Endings", "throw");
        assertEquals(1, thrown.exit(), thrown.toString());
        assertTrue(thrown.err().contains("IllegalStateException: on purpose"), thrown.toString());

        Process waiting =
                PROGRAMS.start(
                        "waiting",
                        ConfinedGuest.run(PLACE, "program", PROGRAM)
                                .with(
                                        "--",
                                        "-cp",
                                        ConfinedGuest.programs(),
                                        "org.cofferdam.tests.guest.Endings",
                                        "wait"));
        Awaitility.await().atMost(START).until(() -> PROGRAMS.said("waiting").contains("waiting"));
        waiting.destroy();
        assertEquals(128 + SIGTERM, waiting.waitFor());
        assertTrue(PROGRAMS.said("waiting").contains("the hook ran"), PROGRAMS.said("waiting"));
    }

    @Test
    void standardInputIsRead() {
        String line =
                String.join(
                        " ",
                        ConfinedGuest.run(PLACE, "program", PROGRAM)
                                .with("--", "-cp", ConfinedGuest.programs())
                                .with("org.cofferdam.tests.guest.Endings", "lines")
                                .words());
        Command.Result result =
                Command.of("sh", "-c", "printf 'one\\ntwo\\n' | " + line).run().orFail();
        assertEquals("read one\nread two\n", result.out(), result.toString());
    }

    @Test
    void aFullHeapIsTheProgramsOwnTrouble() {
        Command.Result result =
                run(List.of("--memory", "32m", "--stats", "-o", "json"), "Endings", "heap");
        List<Json> figures = Json.lines(result.err());
        assertTrue(figures.getFirst().at("systemCalls", "kept").asLong() <= 25, result.toString());
        assertTrue(figures.getLast().at("refused", "total").asLong() > 0, result.toString());
        assertEquals(0, result.exit(), result.toString());
        assertTrue(result.out().contains("the heap was full after"), result.toString());
    }

    @Test
    void itHasNoPrivilegesAndKeepsConsoleAndRings() throws IOException, InterruptedException {
        Process launcher = serve("inspected");
        ProcessHandle guest =
                launcher.toHandle()
                        .descendants()
                        .filter(p -> p.info().command().orElse("").endsWith("/java"))
                        .findFirst()
                        .orElseThrow();
        Path proc = Path.of("/proc", Long.toString(guest.pid()));
        for (Path thread : list(proc.resolve("task"))) {
            Map<String, String> status =
                    Files.readAllLines(thread.resolve("status")).stream()
                            .map(line -> line.split(":\\s*", 2))
                            .collect(Collectors.toMap(w -> w[0], w -> w[1]));
            for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
                assertEquals("0000000000000000", status.get(set), thread + " " + set);
            }
            assertEquals("1", status.get("NoNewPrivs"));
            assertEquals("2", status.get("Seccomp"), "SECCOMP_MODE_FILTER");
        }
        for (String namespace : List.of("user", "net", "mnt", "pid", "ipc", "uts", "cgroup")) {
            assertFalse(
                    Files.readSymbolicLink(proc.resolve("ns/" + namespace))
                            .equals(Files.readSymbolicLink(Path.of("/proc/self/ns", namespace))),
                    namespace);
        }
        Set<String> open = new TreeSet<>();
        for (Path descriptor : list(proc.resolve("fd"))) {
            if (Integer.parseInt(descriptor.getFileName().toString()) > 2) {
                open.add(Files.readSymbolicLink(descriptor).getFileName().toString());
            }
        }
        assertEquals(Set.of("anon_inode:[eventfd]", "anon_inode:[eventpoll]", "modules"), open);
        guest.destroyForcibly();
        assertEquals(128 + SIGKILL, launcher.waitFor());
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void whatGoesPastTheProvidersIsRefused() throws IOException {
        Path file = Files.writeString(PLACE.monitor().folder().resolve("secret"), "of the host");
        String out = run(List.of(), "Bypasses", file.toString()).orFail().out();
        System.out.print(out);
        for (String way :
                List.of(
                        "FileInputStream: java.io.FileNotFoundException: " + file,
                        "FileOutputStream: java.io.FileNotFoundException: " + file,
                        "RandomAccessFile: java.io.FileNotFoundException: " + file,
                        "File.exists: false\n",
                        "File.list: null\n",
                        "Files.exists: false\n",
                        "ProcessBuilder: java.io.IOException: ",
                        "NetworkInterface: java.net.SocketException: Operation not permitted",
                        "Unix: java.lang.IllegalArgumentException",
                        "System.load: java.lang.UnsatisfiedLinkError: ",
                        "Files in memory: a\n")) {
            assertTrue(out.contains(way), () -> way + " in\n" + out);
        }
        assertEquals("of the host", Files.readString(file));
    }

    @Test
    void itServesAFolderOfTheHostThatItWasGranted() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(PLACE.monitor().folder().resolve("granted"));
        byte[] page = new byte[1 << 20];
        new SplittableRandom(31).nextBytes(page);
        Files.write(folder.resolve("page"), page);
        String hash = PLACE.network().shell(Namespace.HOST, "sha256sum < " + folder + "/page");
        for (List<String> options :
                List.of(
                        List.of("--grant", "/www=ro:" + folder),
                        List.of("--grant", "/www=rw:" + folder),
                        List.of("--files", folder.toString()))) {
            String place = options.getFirst().equals("--files") ? "/" : "/www";
            Process server =
                    PROGRAMS.start(
                            "www",
                            ConfinedGuest.run(
                                            PLACE, "server", SERVER, options.toArray(String[]::new))
                                    .with("--", "-m", "jdk.httpserver", "-o", "none")
                                    .with("-b", SERVER, "-p", "8081", "-d", place));
            String url = "http://" + SERVER + ":8081/";
            PROGRAMS.awaitPage("www", Namespace.OUTSIDE, url);
            assertEquals(
                    hash,
                    PLACE.network()
                            .shell(Namespace.OUTSIDE, "curl -s -m 20 " + url + "page | sha256sum"),
                    options.toString());
            server.destroy();
            assertEquals(128 + SIGTERM, server.waitFor());
        }
    }

    @Test
    void noProgramRunsWithoutAFilter() {
        // A guest that hangs up and goes on: what the launcher would see of a JVM that left the
        // filter out.
        Command.Result result =
                Command.of(
                                "ip",
                                "netns",
                                "exec",
                                PLACE.network().name(Namespace.HOST),
                                launcher(),
                                PROGRAMS.socket("program").toString(),
                                "",
                                "0",
                                "1073741824",
                                "3",
                                "/bin",
                                "/lib",
                                "/lib64",
                                "0",
                                "3",
                                "/bin/sh",
                                "-c",
                                "exec 3>&-; sleep 5; echo it runs")
                        .run();
        assertEquals(128 + SIGKILL, result.exit(), result.toString());
        assertEquals("", result.out());
    }

    private static String launcher() {
        return SourceTree.root().resolve("libos-guests/target/dist/launcher").toString();
    }

    @Test
    void whatIsWrongIsToldInOneSentence() {
        told(
                3,
                "there is no socket",
                "--attach",
                "/nowhere/port",
                "--ip",
                "10.7.0.2/24",
                "--",
                "a.jar");
        told(2, "there is no program", "--attach", "x", "--ip", "10.7.0.2/24");
        told(
                2,
                "'12' is no size",
                "--attach",
                "x",
                "--ip",
                "1.2.3.4/8",
                "--memory",
                "12",
                "--",
                "a.jar");
        told(2, "Missing required option", "--ip", "10.7.0.2/24", "--", "a.jar");
        String socket = PROGRAMS.socket("program").toString();
        told(
                3,
                "the program cannot be run",
                "--attach",
                socket,
                "--ip",
                "10.7.0.2/24",
                "--",
                "nowhere.jar");
        told(
                3,
                "cofferdam.libos.ip",
                "--attach",
                socket,
                "--ip",
                "10.7.0.2",
                "--",
                "-m",
                "jdk.httpserver");
    }

    private static void told(int code, String sentence, String... words) {
        Command.Result result =
                PLACE.network()
                        .in(
                                Namespace.HOST,
                                SourceTree.root().resolve("ops/libos").toString(),
                                "run")
                        .with(words)
                        .run();
        assertEquals(code, result.exit(), result.toString());
        assertTrue(result.err().contains(sentence), result.toString());
        assertEquals(1, result.err().lines().count(), result.toString());
    }
}
