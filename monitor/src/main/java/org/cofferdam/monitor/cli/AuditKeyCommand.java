package org.cofferdam.monitor.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.sign.KeyHistory;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit key}: the key to know a log by, and its change. */
final class AuditKeyCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "key",
                    "Shows the public key that a log is known by: the first it has, as PEM. Keep it on another machine.",
                    "",
                    "The log signs with a new key after each start, which the one before signs. --change makes the running",
                    "monitor take a new one now: what was signed before cannot be forged any more by who takes the key's file.",
                    "",
                    "Examples:",
                    "  monitor audit key > host7.pem",
                    "  monitor audit key -o json",
                    "  monitor audit key --change");
    private final Subcommand.Flag change =
            command.flag("Ask the running monitor for a new key.", "--change");
    private final Subcommand.Value output =
            command.value("FORMAT", "pem (default) or json: all keys.", "-o", "--output");
    private final Subcommand.Value directory =
            command.value(
                    "DIR", "The audit log's folder (default /var/log/cofferdam).", "--audit-dir");
    private final Subcommand.MonitorPlace monitor = command.monitorPlace();

    AuditKeyCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("pem");
        if (change.isGiven()) {
            monitor.client().ask("POST", "/v1/audit/key", Map.of());
            console.say("the log signs with a new key, and the old one is deleted");
            return ExitCode.OK.code();
        }
        List<KeyHistory.Entry> keys = KeyHistory.of(directory.path(StartOptions.DEFAULT_AUDIT_DIR));
        if (keys.isEmpty()) {
            throw OperatorError.failure(
                    "the log names no key in a sound block; see 'monitor audit verify'", null);
        }
        console.print(json ? json(keys) : keys.getFirst().statement().key().pem());
        return ExitCode.OK.code();
    }

    private static String json(List<KeyHistory.Entry> keys) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            out.writeStartArray();
            for (KeyHistory.Entry e : keys) {
                out.writeStartObject();
                out.writeStringField("key", e.statement().key().name());
                out.writeStringField("pem", e.statement().key().pem());
                out.writeStringField("signer", String.format("%016x", e.statement().signer()));
                out.writeNumberField("run", e.run());
                out.writeStringField("since", CrossingFormat.instant(e.time()).toString());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return text.toString();
    }
}
