package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor guest remove}. */
final class GuestRemoveCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "remove",
                    "Ends a guest's session and takes its port away.",
                    "",
                    "Examples:",
                    "  monitor guest remove web");
    private final Subcommand.Word name = command.word("NAME", "The guest's name.");
    private final Subcommand.MonitorPlace monitor = command.monitorPlaceBesideSocket();

    GuestRemoveCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        monitor.client().ask("DELETE", "/v1/guests/" + name.guest(), Map.of());
        console.say(name.text() + " has no port any more");
        return ExitCode.OK.code();
    }
}
