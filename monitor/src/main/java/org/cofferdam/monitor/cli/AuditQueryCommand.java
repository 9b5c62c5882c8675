package org.cofferdam.monitor.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cofferdam.audit.read.AuditStream;
import org.cofferdam.audit.read.StreamPosition;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit query}: all crossings that fulfil conditions, from the log's beginning to its end. */
final class AuditQueryCommand implements Callable<Integer> {
    private static final int MOST = 999_999_999;

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "query",
                    "Finds crossings in the audit log.",
                    "",
                    "With --checkpoint it begins where the last query with the same file ended, and keeps where it"
                            + " ends.",
                    "Names in --where: type boundary source guest port queue packets bytes verdict severity count run"
                            + " sequence",
                    "text, and those of fields, as 'audit query -o json' shows them.",
                    "",
                    "Examples:",
                    "  monitor audit query --guest web --severity medium --since yesterday",
                    "  monitor audit query --where 'port==3 and (verdict==spoofed_mac or bytes>1M)' -o json",
                    "  monitor audit query --type CONTROL,CONTROL_REFUSED --checkpoint /var/lib/siem/position -o ocsf",
                    "  monitor audit query --from kafka://127.0.0.1:9092/cofferdam.blocks --type ALERT");
    private final Subcommand.Value format =
            command.value(
                    "FORMAT",
                    "compact (default), json, ocsf or csv, one crossing a line.",
                    "-o",
                    "--output");
    private final Subcommand.Value lines =
            command.value("N", "At most N crossings, the first ones.", "-n", "--lines");
    private final Subcommand.Value checkpoint =
            command.value(
                    "FILE",
                    "Begin where the last query with this file ended, and keep there where this one ends.",
                    "--checkpoint");
    private final AuditSelection selection = new AuditSelection(command);

    AuditQueryCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        AuditOutput output = AuditOutput.of(format, AuditOutput.COMPACT);
        int most = lines.number(MOST, "crossings");
        if (checkpoint.text().isPresent() && lines.text().isPresent()) {
            throw OperatorError.usage(
                    "--checkpoint and -n do not go together: a query that ends early would pass over what it did"
                            + " not print");
        }
        try (AuditStream stream = selection.stream()) {
            Path file = checkpoint.path(Path.of(""));
            StreamPosition position = new StreamPosition();
            if (checkpoint.text().isPresent()) {
                position = StreamPosition.load(file);
                stream.after(position);
            }
            AuditPrinter printer =
                    new AuditPrinter(console, output, stream, false, Integer.MAX_VALUE, most);
            stream.forEach(printer);
            printer.finish();
            // Nobody reads any more: what was not printed is to be found by the next query.
            if (checkpoint.text().isPresent() && !console.out().checkError()) {
                position.save(file);
            }
            return (printer.sawDamage() ? ExitCode.FAILURE : ExitCode.OK).code();
        }
    }
}
