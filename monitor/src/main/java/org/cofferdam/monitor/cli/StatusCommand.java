package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.json.JsonTree;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor status}: how everything stands. */
final class StatusCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "status",
                    "Shows how the running monitor, its driver domain, its ports and its log stand.",
                    "",
                    "Examples:",
                    "  monitor status",
                    "  monitor status -o json | jq .domain.state",
                    "  curl --unix-socket /run/cofferdam/control.sock http://monitor/v1/status");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    StatusCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("text");
        String status = monitor.client().askText("GET", "/v1/status", Map.of());
        try {
            console.print(json ? status : StatusText.of(JsonTree.parse(status)));
        } catch (IOException e) {
            throw OperatorError.failure("the monitor answered something that is not JSON", e);
        }
        return ExitCode.OK.code();
    }
}
