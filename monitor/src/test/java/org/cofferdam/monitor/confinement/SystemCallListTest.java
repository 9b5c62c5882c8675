package org.cofferdam.monitor.confinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The list keeps out what it is there to keep out; without it the same calls get further. */
final class SystemCallListTest {
    private static final int EPERM = 1;
    private static final int EACCES = 13;

    @Test
    void aConfinedProcessIsRefusedEachForbiddenCall() throws Exception {
        needsRoot();
        Map<String, Integer> refused = outcomes("setpriv", "--no-new-privs");
        assertTrue(refused.size() > 20, refused.toString());
        refused.forEach(
                (call, errno) ->
                        assertTrue(
                                Set.of(EPERM, EACCES).contains(errno),
                                call + " got errno " + errno));
    }

    @Test
    void withoutTheListTheSameCallsGetFurther() throws Exception {
        needsRoot();
        Map<String, Integer> free = outcomes();
        free.forEach(
                (call, errno) ->
                        assertNotEquals(EPERM, errno, call + " is refused to root without a list"));
        assertEquals(0, free.get("open-shadow"));
        assertEquals(0, free.get("socket-inet"));
        assertEquals(0, free.get("setuid-0"));
        assertEquals(0, free.get("bpf-prog-load"));
    }

    private static void needsRoot() throws IOException {
        assumeTrue((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0);
    }

    private static Map<String, Integer> outcomes(String... prefix) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(prefix));
        command.addAll(
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ForbiddenCalls.class.getName()));
        if (prefix.length > 0) {
            command.add("confined");
        }
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), said);
        assertEquals(0, process.exitValue(), said);
        Map<String, Integer> outcomes = new TreeMap<>();
        for (String line : said.lines().toList()) {
            String[] f = line.split(" ", -1);
            outcomes.put(f[0], Integer.parseInt(f[1]));
        }
        return outcomes;
    }
}
