package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.state.ProcessMark;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor stop}: the orderly end, seen through to the end. */
final class StopCommand implements Callable<Integer> {
    private static final int DEFAULT_SECONDS = 30;

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "stop",
                    "Stops the running monitor in order and waits until its process has ended.",
                    "",
                    "Examples:",
                    "  monitor stop",
                    "  monitor stop --run-dir /run/cofferdam-lab --timeout 60");
    private final Subcommand.Value timeout =
            command.value("SECONDS", "How long to wait for its end (default 30).", "--timeout");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    StopCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() throws InterruptedException {
        int seconds = timeout.number(DEFAULT_SECONDS, "seconds");
        long pid = monitor.client().ask("POST", "/v1/stop", Map.of()).get("pid").number();
        Optional<ProcessMark> process = ProcessMark.of(pid);
        long until = System.nanoTime() + seconds * 1_000_000_000L;
        while (process.isPresent() && process.get().isAlive()) {
            if (System.nanoTime() > until) {
                throw OperatorError.failure(
                        "the monitor (pid "
                                + pid
                                + ") took the order to stop but has not ended within "
                                + seconds
                                + " s; see its log, and 'kill -9 "
                                + pid
                                + "' if need be: the next start cleans up",
                        null);
            }
            // Not our child: nothing tells of its end. The loop has a deadline.
            Thread.sleep(5);
        }
        console.say("stopped (pid " + pid + ")");
        return ExitCode.OK.code();
    }
}
