package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.detect.Alert;
import org.cofferdam.audit.detect.AlertFormat;
import org.cofferdam.audit.detect.AlertLog;
import org.cofferdam.audit.detect.Detection;
import org.cofferdam.audit.detect.Rules;
import org.cofferdam.audit.detect.RulesException;
import org.cofferdam.audit.detect.RulesFile;
import org.cofferdam.audit.detect.SharedDetection;
import org.cofferdam.audit.detect.SharedDetectionProvider;
import org.cofferdam.audit.read.BlockFeed;
import org.cofferdam.audit.read.BlockFeeds;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.read.Severity;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code monitor audit detect}: rules over a log, after the fact or as it is written. */
final class AuditDetectCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final String NEVER = "never";

    private final Console console;
    private final Subcommand command =
            new Subcommand(
                    this,
                    "detect",
                    "Looks for attacks and faults in an audit log, by rules, and raises alerts.",
                    "",
                    "Exit code 0 if no alert was raised, 5 if one was; --fail-on says from which severity on.",
                    "audit-log/DETECTORS.md says what each rule catches, and how to change it.",
                    "",
                    "Examples:",
                    "  monitor audit detect",
                    "  monitor audit detect --follow --alerts /var/log/cofferdam-alerts",
                    "  monitor audit detect --from kafka://broker:9092 --group detectors -o ocsf",
                    "  monitor audit detect --show-rules > rules.json",
                    "  monitor audit detect --rules rules.json --since 2h --fail-on high");
    private final Subcommand.Value from =
            command.value(
                    "PLACE",
                    "Where the log is: a folder, a monitor's control socket, or kafka://… (default: --audit-dir).",
                    "--from");
    private final Subcommand.Value properties =
            command.value(
                    "FILE", "Client properties for --from kafka://… (TLS, SASL).", "--properties");
    private final Subcommand.Value group =
            command.value(
                    "NAME",
                    "Share the logs of --from kafka://… with the other detectors of this group, until stopped.",
                    "--group");
    private final Subcommand.Flag follow =
            command.flag("Go on with what is written later.", "-f", "--follow");
    private final Subcommand.Value since =
            command.value(
                    "TIME",
                    "No alerts of what is older: 2026-11-22T19:00:00Z, 2026-11-22 19:00 (local), or 30s, 10m, 2h, 7d ago.",
                    "--since");
    private final Subcommand.Value rulesFile =
            command.value(
                    "FILE",
                    "Changes to the shipped rules; with --follow read again when it changes.",
                    "--rules");
    private final Subcommand.Flag showRules =
            command.flag(
                    "Print the shipped rules, to begin a file of one's own from.", "--show-rules");
    private final Subcommand.Value alertsDir =
            command.value(
                    "DIR",
                    "Keep alerts in an audit log of their own here; it is made if it is not there.",
                    "--alerts");
    private final Subcommand.Value output =
            command.value(
                    "FORMAT", "text (default), json or ocsf, one alert a line.", "-o", "--output");
    private final Subcommand.Value failOn =
            command.value(
                    "SEVERITY",
                    "Exit with 5 from this on: informational (default), low, medium, high, critical, or never.",
                    "--fail-on");
    private final Subcommand.Value directory = command.auditDirectory();

    AuditDetectCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() {
        if (showRules.isGiven()) {
            console.print(Rules.shippedText());
            return ExitCode.OK.code();
        }
        Printer printer = new Printer(format(), limit(), since());
        Optional<Path> file = rulesFile.text().map(text -> rulesFile.path(Path.of(text)));
        Optional<RulesFile> changes = file.map(RulesFile::of);
        Rules rules = file.map(AuditDetectCommand::rules).orElseGet(Rules::shipped);
        if (group.text().isPresent()) {
            share(rules, changes, printer);
            return printer.failed ? ExitCode.FAILURE.code() : ExitCode.OK.code();
        }
        try (Keeper keeper = Keeper.open(alertsDir);
                BlockFeed feed = open()) {
            printer.keeper = keeper;
            run(feed, new Detection(rules, printer), changes, printer);
        } catch (IOException e) {
            throw new AuditLogException(
                    AuditLogException.Problem.IO, "cannot read the log in " + place() + ": " + e);
        }
        return printer.failed ? ExitCode.FAILURE.code() : ExitCode.OK.code();
    }

    private void run(
            BlockFeed feed, Detection detection, Optional<RulesFile> changes, Printer printer)
            throws IOException {
        if (!follow.isGiven()) {
            while (!printer.nobodyReads && feed.next(detection, Duration.ZERO)) {
                Thread.onSpinWait(); // one call brings a batch
            }
            return;
        }
        boolean[] over = new boolean[1];
        try (StopSignal signal =
                StopSignal.install(
                        () -> {
                            synchronized (over) {
                                over[0] = true;
                            }
                            feed.close();
                        })) {
            while (!printer.nobodyReads && !isSet(over)) {
                feed.next(detection, LOOK);
                changes.flatMap(this::changed).ifPresent(detection::follow);
            }
            signal.exitWith(printer.failed ? ExitCode.FAILURE.code() : ExitCode.OK.code());
            printer.close();
        }
    }

    /** As a member of a group: the logs that fall to it, and those of members that end. */
    private void share(Rules rules, Optional<RulesFile> changes, Printer printer) {
        URI address = URI.create(place());
        SharedDetectionProvider provider =
                SharedDetectionProvider.of(String.valueOf(address.getScheme()))
                        .orElseThrow(
                                () ->
                                        OperatorError.usage(
                                                "--group: detectors share logs in Kafka only; give --from"
                                                        + " kafka://HOST:PORT"));
        try (Keeper keeper = Keeper.open(alertsDir);
                SharedDetection shared =
                        provider.join(
                                address,
                                AuditSelection.properties(properties),
                                group.orElse(""),
                                rules,
                                printer);
                StopSignal signal = StopSignal.install(shared::close)) {
            printer.keeper = keeper;
            while (!printer.nobodyReads && goesOn(shared)) {
                changes.flatMap(this::changed).ifPresent(shared::follow);
            }
            signal.exitWith(printer.failed ? ExitCode.FAILURE.code() : ExitCode.OK.code());
            printer.close();
        }
    }

    private boolean goesOn(SharedDetection shared) {
        try {
            return shared.work(LOOK);
        } catch (IOException trouble) {
            console.say(trouble.getMessage() + "; it goes on when it can");
            LockSupport.parkNanos(LOOK.toNanos());
            return true;
        }
    }

    private static boolean isSet(boolean[] flag) {
        synchronized (flag) {
            return flag[0];
        }
    }

    private Optional<Rules> changed(RulesFile file) {
        try {
            Optional<Rules> rules = file.changed();
            rules.ifPresent(now -> console.say("the rules were read again"));
            return rules;
        } catch (RulesException e) {
            console.say(e.getMessage() + "; the rules stay as they were");
            return Optional.empty();
        }
    }

    private static Rules rules(Path file) {
        try {
            return Rules.of(file);
        } catch (RulesException e) {
            throw OperatorError.usage("--rules: " + e.getMessage());
        }
    }

    private String place() {
        return from.orElse(directory.path(StartOptions.DEFAULT_AUDIT_DIR).toString());
    }

    private BlockFeed open() throws IOException {
        return BlockFeeds.open(
                place(),
                AuditSelection.properties(properties),
                Optional.empty(),
                follow.isGiven(),
                BlockFeed.BlockInterest.everything());
    }

    private Instant since() {
        return since.text()
                .map(text -> TimePoint.parse(text, Clock.system(ZoneId.systemDefault())))
                .orElse(Instant.MIN);
    }

    private Function<Alert, String> format() {
        return switch (output.orElse("text")) {
            case "text" -> AlertFormat::text;
            case "json" -> AlertFormat::json;
            case "ocsf" -> AlertFormat::ocsf;
            default ->
                    throw OperatorError.usage(
                            "-o: \""
                                    + output.orElse("")
                                    + "\" is not an output format (text, json or ocsf)");
        };
    }

    private Optional<Severity> limit() {
        String word = failOn.orElse("informational");
        if (word.equals(NEVER)) {
            return Optional.empty();
        }
        Optional<Severity> limit = Severity.named(word);
        if (limit.isEmpty()) {
            throw OperatorError.usage(
                    "--fail-on: \""
                            + word
                            + "\" is no severity (informational, low, medium, high, critical or never)");
        }
        return limit;
    }

    /** Prints and keeps alerts, as they are raised. */
    private final class Printer implements java.util.function.Consumer<Alert> {
        private final Function<Alert, String> format;
        private final Optional<Severity> limit;
        private final Instant since;
        private @Nullable Keeper keeper;
        private boolean failed;
        private boolean nobodyReads;

        Printer(Function<Alert, String> format, Optional<Severity> limit, Instant since) {
            this.format = format;
            this.limit = limit;
            this.since = since;
        }

        @Override
        public void accept(Alert alert) {
            if (CrossingFormat.instant(alert.last()).isBefore(since)) {
                return;
            }
            failed |= limit.isPresent() && alert.severity().compareTo(limit.get()) >= 0;
            if (keeper != null) {
                keeper.keep(alert);
            }
            console.print(format.apply(alert) + "\n");
            nobodyReads |= console.out().checkError(); // as in 'monitor audit detect | head'
        }

        /** Before the process may end: what was raised is on disk. */
        void close() {
            if (keeper != null) {
                keeper.close();
            }
        }
    }

    /** The alerts' own log, if one is wanted. */
    private static final class Keeper implements AutoCloseable {
        private @Nullable AlertLog log;

        private Keeper(@Nullable AlertLog log) {
            this.log = log;
        }

        static Keeper open(Subcommand.Value directory) {
            return new Keeper(
                    directory.text().isEmpty()
                            ? null
                            : AlertLog.open(directory.path(Path.of(".")), hostName()));
        }

        private static String hostName() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "localhost";
            }
        }

        void keep(Alert alert) {
            if (log != null) {
                log.record(alert);
            }
        }

        @Override
        public void close() {
            AlertLog open = log;
            log = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
