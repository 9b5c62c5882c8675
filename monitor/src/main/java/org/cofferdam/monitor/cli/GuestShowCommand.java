package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor guest show}. */
final class GuestShowCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "show",
                    "Shows a guest's port: its policy, its socket and who is connected.",
                    "",
                    "Examples:",
                    "  monitor guest show web",
                    "  monitor guest show web -o json");
    private final Subcommand.Word name = command.word("NAME", "The guest's name.");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");
    private final Subcommand.MonitorPlace monitor = command.monitorPlaceBesideSocket();

    GuestShowCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("text");
        ControlClient client = monitor.client();
        String path = "/v1/guests/" + name.guest();
        console.print(
                json
                        ? client.askText("GET", path, Map.of())
                        : GuestText.lines(client.ask("GET", path, Map.of())));
        return ExitCode.OK.code();
    }
}
