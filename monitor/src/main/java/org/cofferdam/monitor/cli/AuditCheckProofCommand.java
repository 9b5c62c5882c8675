package org.cofferdam.monitor.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cofferdam.audit.proof.ProofCheck;
import org.cofferdam.audit.proof.ProofFile;
import org.cofferdam.audit.proof.RecordProof;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.sign.LogKey;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit check-proof}: whether a proof holds, without the log. */
final class AuditCheckProofCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "check-proof",
                    "Checks a proof that 'monitor audit prove' made. Needs nothing of the log.",
                    "",
                    "Exit code 0 if the proof holds, 5 if it does not. Without --key the first key that the proof names is",
                    "believed, so anybody could have made it; get the log's key from its host ('monitor audit key').",
                    "",
                    "Examples:",
                    "  monitor audit check-proof proof.json --key host7.pem",
                    "  monitor audit check-proof proof.json -o json");
    private final Subcommand.Word file = command.word("FILE", "The proof.");
    private final Subcommand.Value key =
            command.value("FILE", "The log's key, PEM, got another way.", "--key");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");

    AuditCheckProofCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("text");
        RecordProof proof;
        try {
            proof = ProofFile.read(Path.of(file.text()));
        } catch (IOException e) {
            throw OperatorError.failure(
                    String.valueOf(e.getMessage()) + "; 'monitor audit prove' makes proofs", e);
        }
        ProofCheck.Result result = ProofCheck.check(proof, KeyFile.given(key).orElse(null));
        console.print(json ? json(proof, result) : text(proof, result));
        return (result.fault().isEmpty() ? ExitCode.OK : ExitCode.FAILURE).code();
    }

    private String text(RecordProof proof, ProofCheck.Result result) {
        if (result.fault().isPresent()) {
            return "DOES NOT HOLD: " + result.fault().get() + "\n";
        }
        String anchor = result.firstKey().map(LogKey::name).orElse("");
        return "HOLDS: this record is in the log of key "
                + anchor
                + (key.text().isPresent()
                        ? ""
                        : ", which only the proof itself names; compare it with --key")
                + "\n"
                + result.crossing().map(CrossingFormat::compact).orElse("")
                + "\n"
                + "the log calls its source "
                + CrossingFormat.harmless(proof.source())
                + " and its host "
                + CrossingFormat.harmless(proof.host())
                + ", which is no part of the proof\n";
    }

    private String json(RecordProof proof, ProofCheck.Result result) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            out.writeStartObject();
            out.writeBooleanField("holds", result.fault().isEmpty());
            if (result.fault().isPresent()) {
                out.writeStringField("fault", result.fault().get());
            }
            out.writeStringField("key", result.firstKey().map(LogKey::name).orElse(""));
            out.writeBooleanField("keyGiven", key.text().isPresent());
            out.writeNumberField("block", proof.checkpoint().block());
            out.writeStringField("host", proof.host());
            out.writeStringField("source", proof.source());
            if (result.crossing().isPresent()) {
                out.writeFieldName("crossing");
                out.writeRawValue(CrossingFormat.json(result.crossing().get()));
            }
            out.writeEndObject();
            out.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return text.toString();
    }
}
