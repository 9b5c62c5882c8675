package org.cofferdam.monitor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "port",
        description =
                "Makes interfaces of this machine (a container's veth) ports of the card, or takes them away.",
        footer = {
            "",
            "Examples:",
            "  monitor port add --netdev veth7 --mac 02:00:00:00:00:07",
            "  monitor port list",
            "  monitor port remove --netdev veth7"
        })
final class PortCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing (add, remove or list)");
    }
}
