package org.cofferdam.monitor.cli;

import java.util.concurrent.Callable;
import org.cofferdam.audit.read.AuditStream;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingPlace;
import org.cofferdam.audit.stats.LogStatistics;
import org.cofferdam.monitor.config.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit stats}: what a log holds, in numbers. */
final class AuditStatsCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "stats",
                    "Counts crossings by type, source, severity and port; packets, bytes, and drops by reason.",
                    "",
                    "Examples:",
                    "  monitor audit stats --since \"1 hour ago\"",
                    "  monitor audit stats --guest web -o json");
    private final Subcommand.Value format =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");
    private final AuditSelection selection = new AuditSelection(command);

    AuditStatsCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = format.isJson("text");
        LogStatistics sums = new LogStatistics();
        try (AuditStream stream = selection.stream()) {
            // Only for its complaints and its progress: what is printed are the sums.
            AuditPrinter printer =
                    new AuditPrinter(
                            console,
                            AuditOutput.COMPACT,
                            stream,
                            false,
                            Integer.MAX_VALUE,
                            Long.MAX_VALUE);
            stream.forEach(
                    new AuditStream.Consumer() {
                        @Override
                        public void crossing(Crossing crossing, CrossingPlace place) {
                            sums.add(crossing);
                        }

                        @Override
                        public void damage(String sentence) {
                            printer.damage(sentence);
                        }

                        @Override
                        public void progress(AuditStream.Progress progress) {
                            printer.progress(progress);
                        }
                    });
            printer.finish();
            console.print(json ? sums.json() : sums.text());
            return (printer.sawDamage() ? ExitCode.FAILURE : ExitCode.OK).code();
        }
    }
}
