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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "tail",
        description = "Shows crossings from the audit log, oldest first.",
        footer = {
            "",
            "Examples:",
            "  monitor audit tail --follow",
            "  monitor audit tail -n 20 --type FAULT,RESTART",
            "  monitor audit tail --since 10m --source control -o json",
            "  monitor audit tail --since 2026-11-22T19:00:00Z -n 1000"
        })
final class AuditTailCommand implements Callable<Integer> {
    private final Console console;

    @Mixin AuditOptions common = new AuditOptions();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written later.")
    boolean follow;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "compact",
            description = "compact (default) or json, one crossing a line.")
    String output = "compact";

    @Option(
            names = "--type",
            split = ",",
            paramLabel = "TYPE",
            description = "Only crossings of these types, like FAULT or BURST_IN.")
    List<String> types = List.of();

    @Option(
            names = "--source",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Only what these sources recorded, like domain, switch, kernel or control.")
    List<String> sources = List.of();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description =
                    "Not what is older: 2026-11-22T19:00:00Z, 2026-11-22 19:00 (local), or 30s, 10m, 2h, 7d ago.")
    @Nullable String since;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description =
                    "Of what is there, the last N crossings only (default: with --since all, else 50).")
    int lines = -1;

    AuditTailCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        boolean json = json();
        Optional<Instant> from =
                Optional.ofNullable(since)
                        .map(text -> TimePoint.parse(text, Clock.system(ZoneId.systemDefault())));
        AuditFilter filter = filter().between(from, Optional.empty());
        int last = lines >= 0 ? lines : from.isPresent() ? Integer.MAX_VALUE : 50;
        try (AuditReader reader = AuditReader.open(common.directory)) {
            Printer printer = new Printer(json, reader);
            reader.tail(filter, last, follow, printer);
            printer.flush();
            return printer.sawDamage ? ExitCode.FAILURE.code() : ExitCode.OK.code();
        }
    }

    private boolean json() {
        return switch (output) {
            case "json" -> true;
            case "compact" -> false;
            default ->
                    throw OperatorError.usage(
                            "-o: \""
                                    + output
                                    + "\" is not an output format (compact or json); see 'monitor audit tail --help'");
        };
    }

    private AuditFilter filter() {
        if (lines < -1) {
            throw OperatorError.usage(
                    "-n: " + lines + " is not a number of crossings; give one from 0 on");
        }
        try {
            return AuditFilter.all().withTypes(types).withSources(Set.copyOf(sources));
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(
                    "--type: " + e.getMessage() + "; audit-log/README.md lists the types");
        }
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
            if (follow || piece.length() >= PIECE) {
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
