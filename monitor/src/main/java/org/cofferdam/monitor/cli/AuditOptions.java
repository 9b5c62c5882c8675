package org.cofferdam.monitor.cli;

import java.nio.file.Path;
import org.cofferdam.monitor.config.StartOptions;
import picocli.CommandLine.Option;

/** What the commands take that read a log. */
final class AuditOptions {
    @Option(
            names = "--audit-dir",
            paramLabel = "DIR",
            description = "The audit log's folder (default /var/log/cofferdam).")
    Path directory = StartOptions.DEFAULT_AUDIT_DIR;

    @Option(names = "--verbose", description = "Show causes and stack traces of errors.")
    boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;
}
