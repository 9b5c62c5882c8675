package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "Shows the ports with their counters.",
        footer = {"", "Examples:", "  monitor port list", "  monitor port list -o json"})
final class PortListCommand implements Callable<Integer> {
    private final Console console;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            converter = OutputFormatConverter.class,
            description = "text (default) or json.")
    OutputFormat output = OutputFormat.TEXT;

    PortListCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        ControlClient client = common.client();
        console.print(
                output == OutputFormat.JSON
                        ? client.askText("GET", "/v1/ports", Map.of())
                        : StatusText.ports(client.ask("GET", "/v1/ports", Map.of()).items()));
        return ExitCode.OK.code();
    }
}
