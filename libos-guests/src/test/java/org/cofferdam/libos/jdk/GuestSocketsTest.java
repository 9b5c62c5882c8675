package org.cofferdam.libos.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the JDK makes of sockets and channels works where they are installed for a whole process: each test is a {@link
 * JdkPrograms program} in a JVM of its own, in which no socket of the host's kernel is opened.
 */
@Timeout(60)
class GuestSocketsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // before all tests
    static Path folder;

    @BeforeAll
    static void aCertificate() throws Exception {
        run(
                jdk("keytool"),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=guest",
                "-ext",
                "SAN=IP:" + TwoGuests.RIGHT + ",IP:127.0.0.1",
                "-keystore",
                keys(),
                "-storepass",
                JdkPrograms.PASSWORD);
    }

    private static String keys() {
        return folder.resolve("keys").toString();
    }

    private static String jdk(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    private static String run(String... words) throws Exception {
        Path said = folder.resolve("said");
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(50, TimeUnit.SECONDS), () -> words[words.length - 1]);
        } finally {
            process.destroyForcibly();
        }
        String out = read(said);
        assertEquals(0, process.exitValue(), out);
        return out;
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file);
    }

    private static String program(String name) throws Exception {
        return run(
                jdk("java"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.nio.channels.spi.SelectorProvider=" + JdkPrograms.Provider.class.getName(),
                "-cp",
                System.getProperty("java.class.path"),
                JdkPrograms.class.getName(),
                name,
                keys());
    }

    private static void doesItsWork(String name) throws Exception {
        List<String> last = program(name).lines().toList();
        assertEquals("done", last.getLast(), last.toString());
    }

    @Test
    void anUrlConnectionFetchesAndSends() throws Exception {
        doesItsWork("url");
    }

    @Test
    void aTlsSocketTalksToATlsServerSocket() throws Exception {
        doesItsWork("tls-sockets");
    }

    @Test
    void aTlsSocketIsLaidOverASocketThatIsThere() throws Exception {
        doesItsWork("tls-layered");
    }

    @Test
    void theJdksHttpClientTalksTlsToItsHttpsServer() throws Exception {
        doesItsWork("https");
    }

    @Test
    void datagramSocketsAndMulticastSocketsAreTheGuests() throws Exception {
        doesItsWork("datagrams");
    }

    @Test
    void installingTwiceIsToldInOneSentence() throws Exception {
        doesItsWork("twice");
    }
}
