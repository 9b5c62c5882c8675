package org.cofferdam.monitor.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The packet socket as a cable, on a real veth pair in a network namespace of its own; needs root. */
final class PacketWireTest {
    @Test
    void realFramesCrossAVethAsOverACable() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/proc/sys/kernel/hostname")), "not root");
        String namespace = "cofcard-" + ProcessHandle.current().pid();
        run("ip", "netns", "add", namespace);
        try {
            // Or the kernel's router solicitations would stand between the frames of the test.
            run(
                    "ip",
                    "netns",
                    "exec",
                    namespace,
                    "sh",
                    "-c",
                    "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
            String[] in = {"ip", "-n", namespace};
            run(in, "link", "add", "wire0", "type", "veth", "peer", "name", "far0");
            run(in, "link", "set", "wire0", "up");
            run(in, "link", "set", "far0", "up");
            List<String> java = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
            java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            java.addAll(
                    List.of(
                            "--enable-native-access=ALL-UNNAMED",
                            "-Djnr.ffi.x86asm.enabled=false",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            PacketWireProbe.class.getName()));
            assertEquals("all right\n", run(java.toArray(String[]::new)));
        } finally {
            run("ip", "netns", "del", namespace);
        }
    }

    private static void run(String[] first, String... rest) throws Exception {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(rest));
        run(all.toArray(String[]::new));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("card", ".out");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(out.toFile())
                            .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            String said = Files.readString(out, StandardCharsets.UTF_8);
            assertEquals(0, process.exitValue(), String.join(" ", command) + "\n" + said);
            return said;
        } finally {
            Files.delete(out);
        }
    }
}
