package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.json.JsonTree;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description =
                "Shows how the running monitor, its driver domain, its ports and its log stand.",
        footer = {
            "",
            "Examples:",
            "  monitor status",
            "  monitor status -o json | jq .domain.state",
            "  curl --unix-socket /run/cofferdam/control.sock http://monitor/v1/status"
        })
final class StatusCommand implements Callable<Integer> {
    private final Console console;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            converter = OutputFormatConverter.class,
            description = "text (default) or json.")
    OutputFormat output = OutputFormat.TEXT;

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        String status = common.client().askText("GET", "/v1/status", Map.of());
        if (output == OutputFormat.JSON) {
            console.print(status);
        } else {
            try {
                console.print(StatusText.of(JsonTree.parse(status)));
            } catch (IOException e) {
                throw OperatorError.failure("the monitor answered something that is not JSON", e);
            }
        }
        return ExitCode.OK.code();
    }
}
