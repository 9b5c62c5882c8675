package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.OperatorError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "remove",
        description = "Takes a port away and leaves its interface as it was found.",
        footer = {"", "Examples:", "  monitor port remove --netdev veth7"})
final class PortRemoveCommand implements Callable<Integer> {
    private final Console console;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = "--netdev",
            required = true,
            paramLabel = "IFACE",
            description = "The port's interface.")
    String netdev = "";

    PortRemoveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            common.client().ask("DELETE", "/v1/ports/" + new InterfaceName(netdev), Map.of());
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage("--netdev: " + e.getMessage() + "; see 'monitor port list'");
        }
        console.say(netdev + " is no port any more");
        return ExitCode.OK.code();
    }
}
