package org.cofferdam.monitor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "audit",
        description =
                "Reads the audit log and checks it. Works on the files, whether a monitor runs or not.",
        footer = {
            "",
            "Examples:",
            "  monitor audit tail --follow",
            "  monitor audit tail -n 20 --type FAULT,RESTART -o json",
            "  monitor audit verify"
        })
final class AuditCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing (tail or verify)");
    }
}
