package org.cofferdam.monitor.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.BlockFeed;
import org.cofferdam.audit.read.BlockFeedProvider;
import org.cofferdam.audit.read.LogOrigin;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.Copies;
import org.cofferdam.audit.verify.Finding;
import org.cofferdam.audit.verify.SeenElsewhere;
import org.cofferdam.audit.verify.VerifyOptions;
import org.cofferdam.audit.verify.VerifyReport;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit verify}: whether the log is whole. */
final class AuditVerifyCommand implements Callable<Integer> {
    private static final Duration FEED_PATIENCE = Duration.ofSeconds(1);

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "verify",
                    "Checks that the audit log is whole and unchanged: every block, every link, every sequence number.",
                    "",
                    "Exit code 0 if there is no damage, 5 if there is; each finding names the file and the place.",
                    "",
                    "The files alone do not show that their end was cut off at a run's border, or that somebody with the newest",
                    "key wrote the newest run anew: for that compare with what another place kept (--against), and for another",
                    "log put in its place name its key (--key).",
                    "",
                    "Examples:",
                    "  monitor audit verify",
                    "  monitor audit verify --audit-dir /mnt/evidence/cofferdam -o json",
                    "  monitor audit verify --key host7.pem --against kafka://broker:9092/cofferdam.audit.blocks?host=host7");
    private final Subcommand.Value output =
            command.value("FORMAT", "text (default) or json.", "-o", "--output");
    private final Subcommand.Value key =
            command.value("FILE", "The log's key, PEM, as 'monitor audit key' gave it.", "--key");
    private final Subcommand.Value against =
            command.value(
                    "PLACE",
                    "Another copy of the log, a folder or kafka://HOST:PORT/TOPIC: all it has must be here, too.",
                    "--against");
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
        ScanProgress progress = new ScanProgress(console);
        VerifyOptions options = new VerifyOptions(KeyFile.given(key), seen());
        VerifyReport report =
                AuditVerifier.verify(
                        directory.path(StartOptions.DEFAULT_AUDIT_DIR), options, progress::segment);
        progress.end();
        console.print(json ? json(report) : text(report));
        return (report.ok() ? ExitCode.OK : ExitCode.FAILURE).code();
    }

    private SeenElsewhere seen() {
        SeenElsewhere seen = new SeenElsewhere();
        if (against.text().isEmpty()) {
            return seen;
        }
        try {
            if (against.orElse("").contains("://")) {
                fromFeed(URI.create(against.orElse("")), seen);
            } else {
                Copies.add(against.path(StartOptions.DEFAULT_AUDIT_DIR), seen);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw OperatorError.failure(
                    "--against: cannot read " + against.orElse("") + ": " + e.getMessage(), e);
        }
        return seen;
    }

    private static void fromFeed(URI place, SeenElsewhere seen) throws IOException {
        BlockFeedProvider provider =
                ServiceLoader.load(BlockFeedProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(p -> p.scheme().equals(place.getScheme()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        OperatorError.usage(
                                                "--against: nothing here reads "
                                                        + place.getScheme()
                                                        + "://; name a folder or kafka://HOST:PORT/TOPIC"));
        try (BlockFeed feed =
                provider.open(
                        place,
                        Map.of(),
                        Optional.empty(),
                        false,
                        BlockFeed.BlockInterest.everything())) {
            BlockFeed.Sink sink =
                    new BlockFeed.Sink() {
                        @Override
                        public void block(
                                LogOrigin origin, BlockHeader header, MemorySegment payload) {
                            seen.add(header);
                        }

                        @Override
                        public void damage(String sentence) {
                            throw OperatorError.failure("--against: " + sentence, null);
                        }
                    };
            boolean more = true;
            while (more) {
                more = feed.next(sink, FEED_PATIENCE);
            }
        }
    }

    private static String text(VerifyReport report) {
        StringBuilder out = new StringBuilder();
        report.notes().forEach(note -> out.append("note: ").append(note).append('\n'));
        report.findings().forEach(finding -> out.append(finding).append('\n'));
        out.append(report.summary()).append('\n');
        if (!report.firstKey().isEmpty()) {
            out.append("signed up to block ")
                    .append(report.lastSigned())
                    .append(" by ")
                    .append(report.checkpoints())
                    .append(" checkpoints; the log's first key is ")
                    .append(report.firstKey())
                    .append('\n');
        }
        return out.toString();
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
            out.writeNumberField("checkpoints", report.checkpoints());
            out.writeNumberField("lastSigned", report.lastSigned());
            out.writeStringField("firstKey", report.firstKey());
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
