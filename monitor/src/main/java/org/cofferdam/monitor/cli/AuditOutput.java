package org.cofferdam.monitor.cli;

import java.util.Locale;
import org.cofferdam.audit.ocsf.OcsfContext;
import org.cofferdam.audit.ocsf.OcsfEvent;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingCsv;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.read.CrossingPlace;
import org.cofferdam.audit.read.Severity;
import org.cofferdam.monitor.config.OperatorError;

/** The forms in which crossings are printed, a line each. */
enum AuditOutput {
    /** For people. */
    COMPACT,
    /** The log's own names, as JSON. */
    JSON,
    /** Events of the Open Cybersecurity Schema Framework, as JSON. */
    OCSF,
    /** For spreadsheets, with a line of titles. */
    CSV;

    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String CYAN = "\u001b[36m";
    private static final String PLAIN = "\u001b[0m";

    /** The value of {@code -o}. */
    static AuditOutput of(Subcommand.Value option, AuditOutput otherwise) {
        String name = option.orElse(otherwise.name());
        for (AuditOutput output : values()) {
            if (output.name().equals(name.toUpperCase(Locale.ROOT))) {
                return output;
            }
        }
        throw OperatorError.usage(
                "-o: \"" + name + "\" is not an output format (compact, json, ocsf or csv)");
    }

    /** What comes before the first line. */
    String title() {
        return this == CSV ? CrossingCsv.HEADER + "\n" : "";
    }

    /** A crossing's line without its end. */
    String line(Crossing crossing, CrossingPlace place, boolean colour) {
        return switch (this) {
            case COMPACT -> colour ? coloured(crossing) : CrossingFormat.compact(crossing);
            case JSON -> CrossingFormat.json(crossing);
            case OCSF -> OcsfEvent.json(crossing, OcsfContext.of(place.origin(), place.block()));
            case CSV -> CrossingCsv.line(crossing, place);
        };
    }

    private static String coloured(Crossing crossing) {
        Severity severity = Severity.of(crossing);
        String line = CrossingFormat.compact(crossing);
        if (severity.compareTo(Severity.HIGH) >= 0) {
            return RED + line + PLAIN;
        }
        return switch (severity) {
            case MEDIUM -> YELLOW + line + PLAIN;
            case LOW -> CYAN + line + PLAIN;
            default -> line;
        };
    }
}
