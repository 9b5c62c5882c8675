package org.cofferdam.monitor.cli;

import java.util.concurrent.Callable;
import org.cofferdam.monitor.control.MonitorFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The command {@code monitor} and those of its subcommands that only have subcommands themselves. */
final class MonitorCommand {
    private MonitorCommand() {}

    /**
     * The command with the subcommands that the words need: describing a command costs time, and a start of the process
     * should not pay for the others.
     */
    static CommandLine commandLine(String[] words, Console console, MonitorFactory factory) {
        CommandSpec monitor =
                group(
                        "monitor",
                        "a command is missing",
                        "Runs a network card's driver in a virtual machine of its own, and nothing but packets comes"
                                + " back.",
                        "",
                        "Examples:",
                        "  monitor start --assign emulated --wire eth1",
                        "  monitor start --assign 0000:03:00.0",
                        "  monitor status",
                        "  monitor audit tail --follow",
                        "",
                        "Exit codes: 0 well, 2 usage, 3 the machine lacks something, 4 refused, 5 failed.",
                        "'monitor COMMAND --help' explains a command.");
        monitor.addOption(
                OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Show the version and exit.")
                        .build());
        monitor.versionProvider(new Version());
        switch (words.length == 0 ? "" : words[0]) {
            case "start" -> add(monitor, new StartCommand(console, factory).spec());
            case "devices" -> add(monitor, new DevicesCommand(console).spec());
            case "status" -> add(monitor, new StatusCommand(console).spec());
            case "console" -> add(monitor, new ConsoleCommand(console).spec());
            case "stop" -> add(monitor, new StopCommand(console).spec());
            case "top" -> add(monitor, new TopCommand(console).spec());
            case "capture" -> add(monitor, new CaptureCommand(console).spec());
            case "restart-driver" -> add(monitor, new RestartDriverCommand(console).spec());
            case "port" ->
                    add(
                            monitor,
                            add(
                                    port(),
                                    new PortAddCommand(console).spec(),
                                    new PortRemoveCommand(console).spec(),
                                    new PortListCommand(console).spec()));
            case "guest" ->
                    add(
                            monitor,
                            add(
                                    guest(),
                                    new GuestAddCommand(console).spec(),
                                    new GuestSetCommand(console).spec(),
                                    new GuestRemoveCommand(console).spec(),
                                    new GuestListCommand(console).spec(),
                                    new GuestShowCommand(console).spec()));
            case "audit" ->
                    add(
                            monitor,
                            add(
                                    audit(),
                                    new AuditTailCommand(console).spec(),
                                    new AuditQueryCommand(console).spec(),
                                    new AuditExportCommand(console).spec(),
                                    new AuditStatsCommand(console).spec(),
                                    new AuditVerifyCommand(console).spec(),
                                    new AuditProveCommand(console).spec(),
                                    new AuditCheckProofCommand(console).spec(),
                                    new AuditKeyCommand(console).spec(),
                                    new AuditDetectCommand(console).spec()));
            default ->
                    add(
                            monitor,
                            new StartCommand(console, factory).spec(),
                            new DevicesCommand(console).spec(),
                            new StatusCommand(console).spec(),
                            new ConsoleCommand(console).spec(),
                            new StopCommand(console).spec(),
                            new RestartDriverCommand(console).spec(),
                            new CaptureCommand(console).spec(),
                            new TopCommand(console).spec(),
                            port(),
                            guest(),
                            audit());
        }
        return new CommandLine(monitor);
    }

    private static CommandSpec port() {
        return group(
                "port",
                "a command is missing (add, remove or list)",
                "Makes interfaces of this machine (a container's veth) ports of the card, or takes them away.",
                "",
                "Examples:",
                "  monitor port add --netdev veth7 --mac 02:00:00:00:00:07",
                "  monitor port list",
                "  monitor port remove --netdev veth7");
    }

    private static CommandSpec guest() {
        return group(
                "guest",
                "a command is missing (add, remove, list or show)",
                "Makes ports for guests that attach by vhost-user (DPDK, QEMU, unikernels), or takes them away.",
                "",
                "Examples:",
                "  monitor guest add web --mac 02:00:00:00:00:07 --ip 10.0.0.7 --peers db",
                "  monitor guest list",
                "  monitor guest show web -o json",
                "  monitor guest set web --link down",
                "  monitor guest remove web");
    }

    private static CommandSpec audit() {
        return group(
                "audit",
                "a command is missing (tail, query, export, stats, verify, detect, prove, check-proof or key)",
                "Reads the audit log and checks it: its files, whether a monitor runs or not; a running monitor's; Kafka.",
                "",
                "Examples:",
                "  monitor audit tail --follow",
                "  monitor audit tail -n 20 --type FAULT,RESTART -o json",
                "  monitor audit query --guest web --severity medium --since yesterday",
                "  monitor audit verify");
    }

    private static CommandSpec add(CommandSpec group, CommandSpec... commands) {
        for (CommandSpec command : commands) {
            group.addSubcommand(command.name(), command);
        }
        return group;
    }

    /** A command that does nothing without one of its subcommands. */
    private static CommandSpec group(
            String name, String complaint, String description, String... footer) {
        Alone alone = new Alone(complaint);
        CommandSpec spec = new Subcommand(alone, name, description, footer).spec();
        alone.spec = spec;
        return spec;
    }

    /** What such a command does when it is given alone. */
    private static final class Alone implements Callable<Integer> {
        private final String complaint;

        @SuppressWarnings("NullAway.Init") // set by group(), which makes both
        private CommandSpec spec;

        Alone(String complaint) {
            this.complaint = complaint;
        }

        @Override
        public Integer call() {
            throw new ParameterException(spec.commandLine(), complaint);
        }
    }
}
