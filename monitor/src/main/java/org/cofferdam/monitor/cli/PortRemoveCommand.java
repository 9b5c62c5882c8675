package org.cofferdam.monitor.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.OperatorError;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor port remove}. */
final class PortRemoveCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "remove",
                    "Takes a port away and leaves its interface as it was found.",
                    "",
                    "Examples:",
                    "  monitor port remove --netdev veth7");
    private final Subcommand.Value netdev =
            command.required("IFACE", "The port's interface.", "--netdev");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    PortRemoveCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        String name = netdev.orElse("");
        try {
            monitor.client().ask("DELETE", "/v1/ports/" + new InterfaceName(name), Map.of());
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage("--netdev: " + e.getMessage() + "; see 'monitor port list'");
        }
        console.say(name + " is no port any more");
        return ExitCode.OK.code();
    }
}
