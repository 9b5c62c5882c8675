package org.cofferdam.monitor.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.Finding;
import org.cofferdam.audit.verify.VerifyReport;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.StartOptions;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit verify}: whether the log is whole. */
final class AuditVerifyCommand implements Callable<Integer> {
    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "verify",
                    "Checks that the audit log is whole and unchanged: every block, every link, every sequence number.",
                    "",
                    "Exit code 0 if there is no damage, 5 if there is; each finding names the file and the place.",
                    "",
                    "Examples:",
                    "  monitor audit verify",
                    "  monitor audit verify --audit-dir /mnt/evidence/cofferdam -o json");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");
    private final Subcommand.Value directory = command.auditDirectory();

    AuditVerifyCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        boolean json = output.isJson("text");
        VerifyReport report =
                AuditVerifier.verify(
                        directory.path(StartOptions.DEFAULT_AUDIT_DIR), (file, index, total) -> {});
        console.print(json ? json(report) : text(report));
        return (report.ok() ? ExitCode.OK : ExitCode.FAILURE).code();
    }

    private static String text(VerifyReport report) {
        StringBuilder out = new StringBuilder();
        report.notes().forEach(note -> out.append("note: ").append(note).append('\n'));
        report.findings().forEach(finding -> out.append(finding).append('\n'));
        return out.append(report.summary()).append('\n').toString();
    }

    private static String json(VerifyReport report) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            out.writeStartObject();
            out.writeBooleanField("ok", report.ok());
            out.writeNumberField("segments", report.segments());
            out.writeNumberField("blocks", report.blocks());
            out.writeNumberField("records", report.records());
            out.writeNumberField("lost", report.lost());
            out.writeNumberField("gone", report.gone());
            findings("findings", report.findings(), out);
            findings("notes", report.notes(), out);
            out.writeEndObject();
            out.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return text.toString();
    }

    private static void findings(String name, List<Finding> findings, JsonGenerator out)
            throws IOException {
        out.writeArrayFieldStart(name);
        for (Finding f : findings) {
            out.writeStartObject();
            out.writeStringField("kind", f.kind().name());
            out.writeStringField("file", f.file());
            if (f.offset() >= 0) {
                out.writeNumberField("offset", f.offset());
            }
            if (f.firstBlock() >= 0) {
                out.writeNumberField("firstBlock", f.firstBlock());
                out.writeNumberField("lastBlock", f.lastBlock());
            }
            out.writeStringField("text", f.text());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
