package org.cofferdam.monitor.cli;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingConsumer;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit tail}: crossings, as they were or as they come. */
final class AuditTailCommand implements Callable<Integer> {
    private static final int DEFAULT_LINES = 50;
    private static final int MOST_LINES = 999_999_999;

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "tail",
                    "Shows crossings from the audit log, oldest first.",
                    "",
                    "Examples:",
                    "  monitor audit tail --follow",
                    "  monitor audit tail -n 20 --type FAULT,RESTART",
                    "  monitor audit tail --since 10m --source control -o json",
                    "  monitor audit tail --since 2026-11-22T19:00:00Z -n 1000");
    private final Subcommand.Flag follow =
            command.flag("Go on with what is written later.", "-f", "--follow");
    private final Subcommand.Value output =
            command.value(
                    "FORMAT", "compact (default) or json, one crossing a line.", "-o", "--output");
    private final Subcommand.Value types =
            command.value("LIST", "Only crossings of these types, like FAULT,RESTART.", "--type");
    private final Subcommand.Value sources =
            command.value(
                    "LIST",
                    "Only what these sources recorded, like domain,switch,kernel,control.",
                    "--source");
    private final Subcommand.Value since =
            command.value(
                    "TIME",
                    "Not what is older: 2026-11-22T19:00:00Z, 2026-11-22 19:00 (local), or 30s, 10m, 2h, 7d ago.",
                    "--since");
    private final Subcommand.Value lines =
            command.value(
                    "N",
                    "Of what is there, the last N crossings only (default: with --since all, else 50).",
                    "-n",
                    "--lines");
    private final Subcommand.Value directory = command.auditDirectory();

    AuditTailCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("compact");
        Optional<Instant> from =
                since.text()
                        .map(text -> TimePoint.parse(text, Clock.system(ZoneId.systemDefault())));
        AuditFilter filter = filter().between(from, Optional.empty());
        int last = lines.number(from.isPresent() ? MOST_LINES : DEFAULT_LINES, "crossings");
        try (AuditReader reader =
                AuditReader.open(directory.path(StartOptions.DEFAULT_AUDIT_DIR))) {
            Printer printer = new Printer(json, reader);
            reader.tail(filter, last, follow.isGiven(), printer);
            printer.flush();
            return printer.sawDamage ? ExitCode.FAILURE.code() : ExitCode.OK.code();
        }
    }

    private AuditFilter filter() {
        try {
            return AuditFilter.all()
                    .withTypes(listed(types))
                    .withSources(Set.copyOf(listed(sources)));
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(
                    "--type: " + e.getMessage() + "; audit-log/README.md lists the types");
        }
    }

    private static List<String> listed(Subcommand.Value list) {
        return list.text().map(text -> List.of(text.split(",", -1))).orElse(List.of());
    }

    /** Prints line by line when following, in large pieces otherwise; ends when nobody reads any more. */
    private final class Printer implements CrossingConsumer {
        private static final int PIECE = 32 * 1024;

        private final boolean json;
        private final AuditReader reader;
        private final StringBuilder piece = new StringBuilder(PIECE + 1024);
        private boolean sawDamage;

        Printer(boolean json, AuditReader reader) {
            this.json = json;
            this.reader = reader;
        }

        @Override
        public void crossing(Crossing crossing) {
            piece.append(json ? CrossingFormat.json(crossing) : CrossingFormat.compact(crossing))
                    .append('\n');
            if (follow.isGiven() || piece.length() >= PIECE) {
                flush();
            }
        }

        @Override
        public void damage(String sentence) {
            flush();
            sawDamage = true;
            console.say(sentence + "; 'monitor audit verify' says more");
        }

        private void flush() {
            console.print(piece.toString());
            piece.setLength(0);
            if (console.out().checkError()) {
                reader.close(); // as in 'monitor audit tail | head'
            }
        }
    }
}
