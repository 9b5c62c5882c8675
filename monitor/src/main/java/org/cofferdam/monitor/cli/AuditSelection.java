package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.cofferdam.audit.Boundary;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditStream;
import org.cofferdam.audit.read.Severity;
import org.cofferdam.audit.where.WhereError;
import org.cofferdam.audit.where.WhereExpression;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;

/** The options that say which log is read, and what of it. */
final class AuditSelection {
    private static final long MAX_PROPERTIES = 64 * 1024;

    private final Subcommand.Value from;
    private final Subcommand.Value properties;
    private final Subcommand.Value types;
    private final Subcommand.Value boundaries;
    private final Subcommand.Value sources;
    private final Subcommand.Value guests;
    private final Subcommand.Value ports;
    private final Subcommand.Value verdicts;
    private final Subcommand.Value severity;
    private final Subcommand.Value where;
    private final Subcommand.Value since;
    private final Subcommand.Value until;
    private final Subcommand.Value directory;

    AuditSelection(Subcommand command) {
        since =
                command.value(
                        "TIME",
                        "Not what is older: \"10 min ago\" or 10m, \"yesterday\", \"today 14:00\","
                                + " 2026-11-22 19:00 (local), 2026-11-22T19:00:00Z.",
                        "--since");
        until = command.value("TIME", "Only what is older.", "--until");
        types = command.value("LIST", "Only these types, like FAULT,RESTART.", "--type");
        boundaries =
                command.value(
                        "LIST",
                        "Only these boundaries, like guest-kernel,operator-monitor.",
                        "--boundary");
        sources =
                command.value(
                        "LIST",
                        "Only what these sources recorded, like domain,switch,kernel,control.",
                        "--source");
        guests = command.value("LIST", "Only what speaks of the ports of these guests.", "--guest");
        ports =
                command.value(
                        "LIST", "Only what speaks of these switch ports, like 2,3.", "--port");
        verdicts =
                command.value(
                        "LIST",
                        "Only bursts with a packet of one of these verdicts, like spoofed_mac,rate.",
                        "--verdict");
        severity =
                command.value(
                        "LEVEL",
                        "Only what is at least informational, low, medium, high or critical.",
                        "--severity");
        where =
                command.value(
                        "EXPRESSION",
                        "Only what fulfils it: 'port==3 and (verdict==spoofed_mac or bytes>1M)'.",
                        "--where");
        from =
                command.value(
                        "PLACE",
                        "Where the log is: a folder, a monitor's control socket, or kafka://HOST:PORT/TOPIC.",
                        "--from");
        properties =
                command.value(
                        "FILE",
                        "Client properties for --from kafka://… (TLS, SASL).",
                        "--properties");
        directory = command.auditDirectory();
    }

    /** When what is shown begins, if it was said. */
    Optional<Instant> since() {
        return time(since, "--since");
    }

    private static Optional<Instant> time(Subcommand.Value option, String name) {
        Clock clock = Clock.system(ZoneId.systemDefault());
        return option.text().map(text -> TimePoint.parse(name, text, clock));
    }

    /** A stream of what was asked for, not opened yet. */
    AuditStream stream() {
        AuditFilter filter = filter();
        String place =
                from.text()
                        .orElseGet(() -> directory.path(StartOptions.DEFAULT_AUDIT_DIR).toString());
        if (from.text().isPresent() && directory.text().isPresent()) {
            throw OperatorError.usage("--from and --audit-dir both name a log; give one of them");
        }
        return AuditStream.of(place).filter(filter).properties(properties());
    }

    private Map<String, String> properties() {
        return properties(properties);
    }

    /** The client properties in the file that an option names; none if it was not given. */
    static Map<String, String> properties(Subcommand.Value properties) {
        Map<String, String> all = new HashMap<>();
        if (properties.text().isEmpty()) {
            return all;
        }
        Path file = properties.path(Path.of(""));
        Properties read = new Properties();
        try {
            if (Files.size(file) > MAX_PROPERTIES) {
                throw OperatorError.usage("--properties: " + file + " is longer than 64 KiB");
            }
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                read.load(reader);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw OperatorError.usage(
                    "--properties: cannot read " + file + " (" + e.getMessage() + ")");
        }
        read.stringPropertyNames().forEach(name -> all.put(name, read.getProperty(name)));
        return all;
    }

    private AuditFilter filter() {
        AuditFilter filter =
                AuditFilter.all()
                        .withSources(Set.copyOf(listed(sources)))
                        .withGuests(Set.copyOf(listed(guests)))
                        .withBoundaries(boundaries())
                        .withPorts(ports())
                        .withSeverity(severity())
                        .between(since(), time(until, "--until"));
        try {
            filter = filter.withTypes(listed(types));
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(
                    "--type: " + e.getMessage() + "; audit-log/README.md lists the types");
        }
        try {
            filter = filter.withVerdicts(listed(verdicts));
        } catch (IllegalArgumentException e) {
            throw OperatorError.usage(
                    "--verdict: " + e.getMessage() + "; audit-log/README.md lists the verdicts");
        }
        if (where.text().isPresent()) {
            try {
                filter = filter.withWhere(WhereExpression.parse(where.orElse("")));
            } catch (WhereError e) {
                throw OperatorError.usage("--where, " + e.sentence());
            }
        }
        return filter;
    }

    private Set<Boundary> boundaries() {
        Set<Boundary> all = new HashSet<>();
        for (String name : listed(boundaries)) {
            try {
                all.add(Boundary.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')));
            } catch (IllegalArgumentException e) {
                throw OperatorError.usage(
                        "--boundary: \""
                                + name
                                + "\" is none of "
                                + String.join(
                                        ", ",
                                        List.of(Boundary.values()).stream()
                                                .map(Enum::name)
                                                .toList()));
            }
        }
        return all;
    }

    private Set<Long> ports() {
        Set<Long> all = new HashSet<>();
        for (String number : listed(ports)) {
            if (!number.matches("[0-9]{1,5}")) {
                throw OperatorError.usage(
                        "--port: \"" + number + "\" is not the number of a switch port");
            }
            all.add(Long.parseLong(number));
        }
        return all;
    }

    private Severity severity() {
        return severity.text()
                .map(
                        name ->
                                Severity.named(name)
                                        .orElseThrow(
                                                () ->
                                                        OperatorError.usage(
                                                                "--severity: \""
                                                                        + name
                                                                        + "\" is none of informational, low, medium,"
                                                                        + " high, critical")))
                .orElse(Severity.UNKNOWN);
    }

    private static List<String> listed(Subcommand.Value list) {
        return list.text().map(text -> List.of(text.split(",", -1))).orElse(List.of());
    }
}
