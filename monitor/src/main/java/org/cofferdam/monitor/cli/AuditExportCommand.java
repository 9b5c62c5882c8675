package org.cofferdam.monitor.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import org.cofferdam.audit.read.AuditStream;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingPlace;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit export}: a range of the log as a file for other tools. */
final class AuditExportCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "export",
                    "Writes crossings from the audit log to a file, for other tools.",
                    "",
                    "The file has mode 0600, and its name only when it is whole.",
                    "",
                    "Examples:",
                    "  monitor audit export -w yesterday.csv -o csv --since yesterday --until \"today 00:00\"",
                    "  monitor audit export -w all.ocsf.json -o ocsf");
    private final Subcommand.Value target =
            command.required("FILE", "The file to write.", "-w", "--write");
    private final Subcommand.Value format =
            command.value(
                    "FORMAT",
                    "json (default), ocsf, csv or compact, one crossing a line.",
                    "-o",
                    "--output");
    private final Subcommand.Flag overwrite =
            command.flag("Replace the file if there is one.", "--overwrite");
    private final AuditSelection selection = new AuditSelection(command);
    private long written;

    AuditExportCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        AuditOutput output = AuditOutput.of(format, AuditOutput.JSON);
        Path file = target.path(Path.of(""));
        if (file.getFileName() == null || Files.isDirectory(file)) {
            throw OperatorError.usage("--write: \"" + file + "\" is not the name of a file");
        }
        if (Files.exists(file) && !overwrite.isGiven()) {
            throw OperatorError.usage(
                    "--write: " + file + " is there already; name another, or say --overwrite");
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        try (AuditStream stream = selection.stream()) {
            boolean sawDamage;
            try (Writer writer = create(unfinished)) {
                sawDamage = export(stream, output, writer);
            }
            Files.move(
                    unfinished,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            console.say("wrote " + written + " crossings to " + file);
            return (sawDamage ? ExitCode.FAILURE : ExitCode.OK).code();
        } catch (IOException | UncheckedIOException e) {
            throw OperatorError.failure(
                    "cannot write "
                            + file
                            + " ("
                            + e.getMessage()
                            + "); check disk and permissions",
                    e);
        }
    }

    private static Writer create(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        return new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8), 256 * 1024);
    }

    private boolean export(AuditStream stream, AuditOutput output, Writer writer)
            throws IOException {
        // Only for its complaints and its progress.
        AuditPrinter printer =
                new AuditPrinter(
                        console,
                        AuditOutput.COMPACT,
                        stream,
                        false,
                        Integer.MAX_VALUE,
                        Long.MAX_VALUE);
        writer.write(output.title());
        stream.forEach(
                new AuditStream.Consumer() {
                    @Override
                    public void crossing(Crossing crossing, CrossingPlace place) {
                        try {
                            writer.write(output.line(crossing, place, false));
                            writer.write('\n');
                            written++;
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
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
        return printer.sawDamage();
    }
}
