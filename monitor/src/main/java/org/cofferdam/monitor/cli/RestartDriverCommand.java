package org.cofferdam.monitor.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor restart-driver}: in order, or as after a crash. */
final class RestartDriverCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "restart-driver",
                    "Starts the driver domain afresh. Ports, the host interface and connections stay.",
                    "",
                    "Examples:",
                    "  monitor restart-driver",
                    "  monitor restart-driver --kill --reason 'rehearsing a crash'");
    private final Subcommand.Flag kill =
            command.flag(
                    "End the domain abruptly, as a crash would; --on-fault of the start then decides.",
                    "--kill");
    private final Subcommand.Value reason =
            command.value("TEXT", "What the log says as the reason.", "--reason");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    RestartDriverCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (kill.isGiven()) {
            fields.put("kill", true);
        }
        reason.text().ifPresent(text -> fields.put("reason", text));
        monitor.client().ask("POST", "/v1/driver/restart", fields);
        console.say(
                kill.isGiven()
                        ? "the driver domain was killed; see 'monitor status'"
                        : "the driver domain runs afresh");
        return ExitCode.OK.code();
    }
}
