package org.cofferdam.monitor.cli;

import java.util.concurrent.Callable;
import org.cofferdam.audit.read.AuditStream;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit tail}: crossings, as they were or as they come. */
final class AuditTailCommand implements Callable<Integer> {
    private static final int DEFAULT_LINES = 50;

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "tail",
                    "Shows the newest crossings from the audit log, oldest first.",
                    "",
                    "Examples:",
                    "  monitor audit tail --follow",
                    "  monitor audit tail -n 20 --type FAULT,RESTART",
                    "  monitor audit tail --since \"10 min ago\" --source control -o json",
                    "  monitor audit tail --follow --guest web --severity medium",
                    "  monitor audit tail --follow --from /run/cofferdam/control.sock");
    private final Subcommand.Flag follow =
            command.flag("Go on with what is written later.", "-f", "--follow");
    private final Subcommand.Value format =
            command.value(
                    "FORMAT",
                    "compact (default), json, ocsf or csv, one crossing a line.",
                    "-o",
                    "--output");
    private final Subcommand.Value lines =
            command.value(
                    "N",
                    "Of what is there, the last N crossings only (default: with --since all, else 50).",
                    "-n",
                    "--lines");
    private final AuditSelection selection = new AuditSelection(command);

    AuditTailCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        AuditOutput output = AuditOutput.of(format, AuditOutput.COMPACT);
        boolean all = selection.since().isPresent() && lines.text().isEmpty();
        int last = all ? Integer.MAX_VALUE : lines.number(DEFAULT_LINES, "crossings");
        try (AuditStream stream = selection.stream().follow(follow.isGiven())) {
            AuditPrinter printer =
                    new AuditPrinter(
                            console, output, stream, follow.isGiven(), last, Long.MAX_VALUE);
            stream.forEach(printer);
            printer.finish();
            return (printer.sawDamage() ? ExitCode.FAILURE : ExitCode.OK).code();
        }
    }
}
