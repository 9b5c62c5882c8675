package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.state.ProcessMark;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "stop",
        description = "Stops the running monitor in order and waits until its process has ended.",
        footer = {
            "",
            "Examples:",
            "  monitor stop",
            "  monitor stop --run-dir /run/cofferdam-lab --timeout 60"
        })
final class StopCommand implements Callable<Integer> {
    private final Console console;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for its end (default 30).")
    int timeoutSeconds;

    StopCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        long pid = common.client().ask("POST", "/v1/stop", Map.of()).get("pid").number();
        Optional<ProcessMark> monitor = ProcessMark.of(pid);
        long until = System.nanoTime() + timeoutSeconds * 1_000_000_000L;
        while (monitor.isPresent() && monitor.get().isAlive()) {
            if (System.nanoTime() > until) {
                throw OperatorError.failure(
                        "the monitor (pid "
                                + pid
                                + ") took the order to stop but has not ended within "
                                + timeoutSeconds
                                + " s; see its log, and 'kill -9 "
                                + pid
                                + "' if need be: the next start cleans up",
                        null);
            }
            Thread.sleep(5);
        }
        console.say("stopped (pid " + pid + ")");
        return ExitCode.OK.code();
    }
}
