package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cofferdam.audit.proof.ProofFile;
import org.cofferdam.audit.proof.Prover;
import org.cofferdam.audit.proof.RecordName;
import org.cofferdam.audit.proof.RecordProof;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit prove}: one record, to be believed without the rest of the log. */
final class AuditProveCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "prove",
                    "Makes a proof that one record is in the log, which shows nothing else of the log.",
                    "",
                    "RECORD is RUN/SOURCE/SEQUENCE, as 'monitor audit tail -o json' names run, source and sequence.",
                    "",
                    "Examples:",
                    "  monitor audit prove 3/guests/17 -w proof.json",
                    "  monitor audit check-proof proof.json --key host7.pem");
    private final Subcommand.Word record =
            command.word("RECORD", "Which record, like 3/guests/17.");
    private final Subcommand.Value file =
            command.value(
                    "FILE",
                    "Where the proof goes, JSON (default standard output).",
                    "-w",
                    "--write");
    private final Subcommand.Value directory = command.auditDirectory();

    AuditProveCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        RecordName name =
                RecordName.parse(record.text())
                        .orElseThrow(
                                () ->
                                        OperatorError.usage(
                                                "\""
                                                        + record.text()
                                                        + "\" names no record; write RUN/SOURCE/SEQUENCE like 3/guests/17"));
        ScanProgress progress = new ScanProgress(console);
        RecordProof proof =
                Prover.prove(
                        directory.path(StartOptions.DEFAULT_AUDIT_DIR), name, progress::segment);
        progress.end();
        if (file.text().isEmpty()) {
            StringWriter text = new StringWriter();
            write(proof, text);
            console.print(text.toString());
            return ExitCode.OK.code();
        }
        Path to = file.path(Path.of("proof.json"));
        try (Writer out = Files.newBufferedWriter(to, StandardCharsets.UTF_8)) {
            write(proof, out);
        } catch (IOException e) {
            throw OperatorError.environment(
                    "cannot write the proof to "
                            + to
                            + " ("
                            + IoReason.of(e)
                            + "); choose another file");
        }
        console.say(
                "record "
                        + name
                        + " of host "
                        + proof.host()
                        + " is proved in "
                        + to
                        + "; it rests on key "
                        + proof.keys().getFirst().key().name());
        return ExitCode.OK.code();
    }

    private static void write(RecordProof proof, Writer out) {
        try {
            ProofFile.write(proof, out);
        } catch (IOException e) {
            throw OperatorError.failure("the proof cannot be written: " + e.getMessage(), e);
        }
    }
}
