package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The starter, which is root, does not believe the monitor: it connects to guests' front ends and to nothing else. */
final class StarterRequestsTest {
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;
    private static final int EINVAL = 22;
    private static final int ENOTSOCK = 88;
    private static final int ECONNREFUSED = 111;

    @TempDir
    @SuppressWarnings("NullAway.Init") // before every test
    Path place;

    @Test
    void aMonitorThatWasBrokenIntoIsLedNowhereElse() throws IOException {
        assumeTrue(
                (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "the starter stays root, so the test needs it");
        Path folder = Files.createDirectory(place.resolve("guests"));
        Path other = Files.createDirectory(place.resolve("other"));
        try (ServerSocketChannel good = listen(folder.resolve("good"));
                ServerSocketChannel hidden = listen(folder.resolve(".hidden"));
                ServerSocketChannel fixed = listen(other.resolve("fixed"));
                ServerSocketChannel theirs = listen(other.resolve("theirs"));
                ServerSocketChannel secret = listen(other.resolve("secret"))) {
            Files.createDirectory(folder.resolve("sub"));
            Files.createSymbolicLink(folder.resolve("link"), other.resolve("secret"));
            Files.createSymbolicLink(other.resolve("swapped"), other.resolve("secret"));
            Files.createSymbolicLink(folder.resolve("sub/up"), other);
            Files.writeString(folder.resolve("file"), "");
            listen(folder.resolve("dead")).close();
            Map<String, Integer> wanted = new LinkedHashMap<>();
            wanted.put(folder + "/good", 0);
            wanted.put(other + "/fixed", 0);
            wanted.put(other + "/theirs", EACCES);
            wanted.put(other + "/swapped", ENOTSOCK);
            wanted.put(other + "/secret", EPERM);
            wanted.put(folder + "/../other/secret", EPERM);
            wanted.put(folder + "/sub/up/secret", EPERM);
            wanted.put(folder + "/link", ENOTSOCK);
            wanted.put(folder + "/.hidden", EPERM);
            wanted.put(folder + "/..", EPERM);
            wanted.put(folder + "/", EPERM);
            wanted.put(folder.toString(), EPERM);
            wanted.put(folder + "x/good", EPERM);
            wanted.put(folder + "/file", ENOTSOCK);
            wanted.put(folder + "/sub", ENOTSOCK);
            wanted.put(folder + "/none", ENOENT);
            wanted.put(folder + "/dead", ECONNREFUSED);
            wanted.put("", EINVAL);
            wanted.put("guests/good", EINVAL);
            List<String> answers = ask(folder, other, List.copyOf(wanted.keySet()));
            wanted.put("(short)", EINVAL);
            wanted.put("(long)", EINVAL);
            wanted.put("(endless)", EINVAL);
            wanted.put("(last)", 0);
            assertEquals(
                    wanted.entrySet().stream()
                            .map(e -> -e.getValue() + " " + (e.getValue() == 0) + " " + e.getKey())
                            .toList(),
                    answers);
            for (ServerSocketChannel served : List.of(good, fixed)) {
                assertNotNull(served.accept());
            }
            for (ServerSocketChannel untouched : List.of(hidden, secret)) {
                assertNull(untouched.accept());
            }
            // Who listens is known when the connection is there; it is closed at once.
            assertEquals(-1, theirs.accept().read(ByteBuffer.allocate(1)));
        }
    }

    private static ServerSocketChannel listen(Path socket) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.configureBlocking(false);
        channel.bind(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    private List<String> ask(Path folder, Path other, List<String> paths) throws IOException {
        Path temporary = Files.createDirectory(place.resolve("temporary"));
        List<String> words = new ArrayList<>();
        words.add(SourceTree.root().resolve("monitor/target/dist/starter").toString());
        words.add(place.resolve("journal").toString());
        words.add(temporary.toString());
        list(words, List.of("/"));
        list(words, List.of(temporary.toString(), "/dev/null"));
        list(words, List.of());
        List<String> probe = new ArrayList<>();
        probe.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        probe.addAll(List.of("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        probe.addAll(List.of("--sun-misc-unsafe-memory-access=allow"));
        probe.add("-Djava.io.tmpdir=" + temporary);
        probe.addAll(List.of("-cp", System.getProperty("java.class.path")));
        probe.add("org.cofferdam.tests.lab.StarterProbe");
        probe.addAll(paths);
        list(words, probe);
        for (int i = 0; i < 3; i++) {
            list(words, List.of());
        }
        words.add(folder.toString());
        list(
                words,
                List.of(
                        "0",
                        other + "/fixed",
                        "65534",
                        other + "/theirs",
                        "0",
                        other + "/swapped"));
        Command.Result result = new Command(words).run().orFail();
        return result.out().lines().toList();
    }

    private static void list(List<String> to, List<String> words) {
        to.add(Integer.toString(words.size()));
        to.addAll(words);
    }
}
