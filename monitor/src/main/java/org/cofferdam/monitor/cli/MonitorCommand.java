package org.cofferdam.monitor.cli;

import org.cofferdam.monitor.control.MonitorFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code monitor} itself: it only has subcommands. */
@Command(
        name = "monitor",
        versionProvider = Version.class,
        description =
                "Runs a network card's driver in a virtual machine of its own, and nothing but packets comes back.",
        footer = {
            "",
            "Examples:",
            "  monitor start --assign emulated --wire eth1",
            "  monitor status",
            "  monitor audit tail --follow",
            "",
            "Exit codes: 0 well, 2 usage, 3 the machine lacks something, 4 refused, 5 failed.",
            "'monitor COMMAND --help' explains a command."
        })
final class MonitorCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    boolean version;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    static CommandLine commandLine(Console console, MonitorFactory factory) {
        CommandLine port =
                new CommandLine(new PortCommand())
                        .addSubcommand(new PortAddCommand(console))
                        .addSubcommand(new PortRemoveCommand(console))
                        .addSubcommand(new PortListCommand(console));
        CommandLine audit =
                new CommandLine(new AuditCommand())
                        .addSubcommand(new AuditTailCommand(console))
                        .addSubcommand(new AuditVerifyCommand(console));
        return new CommandLine(new MonitorCommand())
                .addSubcommand(StartCommand.commandLine(console, factory))
                .addSubcommand(new StatusCommand(console))
                .addSubcommand(new StopCommand(console))
                .addSubcommand(new RestartDriverCommand(console))
                .addSubcommand(port)
                .addSubcommand(audit);
    }
}
