package org.cofferdam.libos.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM of the test's own, with the test's class path, whose output is read when it has ended. */
public final class ChildJvm {
    private static final List<String> ALWAYS =
            List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Djnr.ffi.x86asm.enabled=false",
                    "-XX:+UseSerialGC",
                    "-XX:-UsePerfData",
                    // With a system class loader of its own the JDK's archive says what it cannot
                    // do.
                    "-Xlog:cds=off");

    /** What a child left. */
    public record Ended(int exit, List<String> out) {
        /** The lines as one text, for messages. */
        public String text() {
            return String.join("\n", out);
        }
    }

    private ChildJvm() {}

    /** Runs it to its end. Of its environment only what is given changes. */
    public static Ended run(List<String> options, List<String> mainAndArguments)
            throws IOException, InterruptedException {
        return run(Path.of(System.getProperty("java.home")), options, mainAndArguments, Map.of());
    }

    /** Runs one of another runtime. */
    public static Ended run(
            Path home,
            List<String> options,
            List<String> mainAndArguments,
            Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
        command.addAll(ALWAYS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.addAll(mainAndArguments);
        return run(command, environment);
    }

    /** Runs any command to its end. */
    public static Ended run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile("child", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(out.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try {
                process.getOutputStream().close();
                assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the child ends");
            } finally {
                process.destroyForcibly();
            }
            return new Ended(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8).lines().toList());
        } finally {
            Files.delete(out);
        }
    }
}
