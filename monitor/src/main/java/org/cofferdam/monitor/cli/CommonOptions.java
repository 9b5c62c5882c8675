package org.cofferdam.monitor.cli;

import java.nio.file.Path;
import java.util.Objects;
import org.cofferdam.monitor.config.StartOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes that talks to a running monitor. */
final class CommonOptions {
    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            description = "The monitor's run directory (default /run/cofferdam).")
    @Nullable Path runDir;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "The control API's socket (default control.sock in the run directory).")
    @Nullable Path socket;

    @Option(names = "--verbose", description = "Show causes and stack traces of errors.")
    boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    ControlClient client() {
        Path dir = Objects.requireNonNullElse(runDir, StartOptions.DEFAULT_RUN_DIR);
        return new ControlClient(
                Objects.requireNonNullElse(socket, dir.resolve(StartOptions.SOCKET_NAME)));
    }
}
