package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor port list}. */
final class PortListCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "list",
                    "Shows the ports with their counters.",
                    "",
                    "Examples:",
                    "  monitor port list",
                    "  monitor port list -o json");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    PortListCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("text");
        ControlClient client = monitor.client();
        console.print(
                json
                        ? client.askText("GET", "/v1/ports", Map.of())
                        : StatusText.ports(client.ask("GET", "/v1/ports", Map.of()).items()));
        return ExitCode.OK.code();
    }
}
