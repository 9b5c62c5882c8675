package org.cofferdam.monitor.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "restart-driver",
        description =
                "Starts the driver domain afresh. Ports, the host interface and connections stay.",
        footer = {
            "",
            "Examples:",
            "  monitor restart-driver",
            "  monitor restart-driver --kill --reason 'rehearsing a crash'"
        })
final class RestartDriverCommand implements Callable<Integer> {
    private final Console console;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = "--kill",
            description =
                    "End the domain abruptly, as a crash would; --on-fault of the start then decides.")
    boolean kill;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "What the log says as the reason.")
    @Nullable String reason;

    RestartDriverCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (kill) {
            fields.put("kill", true);
        }
        if (reason != null) {
            fields.put("reason", reason);
        }
        common.client().ask("POST", "/v1/driver/restart", fields);
        console.say(
                kill
                        ? "the driver domain was killed; see 'monitor status'"
                        : "the driver domain runs afresh");
        return ExitCode.OK.code();
    }
}
