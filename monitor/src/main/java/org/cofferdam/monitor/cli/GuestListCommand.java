package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor guest list}. */
final class GuestListCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "list",
                    "Shows the guests' ports.",
                    "",
                    "Examples:",
                    "  monitor guest list",
                    "  monitor guest list -o json");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");
    private final Subcommand.MonitorPlace monitor = command.monitorPlaceBesideSocket();

    GuestListCommand(Console console) {
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
                        ? client.askText("GET", "/v1/guests", Map.of())
                        : GuestText.table(client.ask("GET", "/v1/guests", Map.of()).items()));
        return ExitCode.OK.code();
    }
}
