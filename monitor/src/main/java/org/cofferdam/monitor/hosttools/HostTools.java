package org.cofferdam.monitor.hosttools;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs ip(8), tc(8) and modprobe(8), with a bound on time and output. For what is done once, at start or in cleaning
 * up, where a command line that the operator can read and repeat is worth more than speed.
 */
public final class HostTools {
    private static final int MAX_OUTPUT = 256 * 1024;
    private static final long SECONDS = 5;
    private static final Map<String, String> PACKAGES =
            Map.of("ip", "iproute2", "tc", "iproute2", "modprobe", "kmod");

    private final Consumer<String> trace;

    /** @param trace is told each command before it runs */
    public HostTools(Consumer<String> trace) {
        this.trace = trace;
    }

    /** What a command said on both outputs, and how it ended. */
    public record Outcome(int exitCode, String output) {
        public boolean ok() {
            return exitCode == 0;
        }
    }

    public static boolean isInstalled(String tool) {
        return find(tool).isPresent();
    }

    private static Optional<Path> find(String tool) {
        for (String dir : List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin")) {
            Path path = Path.of(dir, tool);
            if (Files.isExecutable(path)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    /** Runs a tool and waits for its end; one that is missing, or takes too long, is an outcome as well. */
    public Outcome run(String tool, String... arguments) {
        Optional<Path> path = find(tool);
        if (path.isEmpty()) {
            return new Outcome(
                    127,
                    tool
                            + " is not installed (apt-get install "
                            + PACKAGES.getOrDefault(tool, tool)
                            + ")");
        }
        List<String> command = new java.util.ArrayList<>();
        command.add(path.get().toString());
        command.addAll(List.of(arguments));
        trace.accept(String.join(" ", command));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new Outcome(126, String.valueOf(e.getMessage()));
        }
        try (InputStream out = process.getInputStream()) {
            process.getOutputStream().close();
            String text = new String(out.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Outcome(124, tool + " did not end within " + SECONDS + " s");
            }
            return new Outcome(process.exitValue(), text.strip());
        } catch (IOException e) {
            process.destroyForcibly();
            return new Outcome(126, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return new Outcome(124, tool + " was interrupted");
        }
    }
}
