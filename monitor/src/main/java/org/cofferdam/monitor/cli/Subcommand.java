package org.cofferdam.monitor.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cofferdam.monitor.config.GuestName;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What a command is made of: picocli's description, put together in code rather than by annotations, because reading
 * those takes the process longer at each start than the command itself. Values of options are texts; each command checks
 * its own and names the option when it complains.
 */
final class Subcommand {
    static final String VERBOSE = "--verbose";

    private final CommandSpec spec;

    /**
     * Begins a command with the option {@code --help}.
     *
     * @param body what it does; its result is the exit code
     * @param footer lines below the options; examples belong here
     */
    Subcommand(Callable<Integer> body, String name, String description, String... footer) {
        spec = CommandSpec.wrapWithoutInspection(body).name(name);
        spec.usageMessage().description(description).footer(footer).sortOptions(false);
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help and exit.")
                        .build());
    }

    CommandSpec spec() {
        return spec;
    }

    /** Adds a word that must be given, without an option's name. */
    Word word(String label, String description) {
        PositionalParamSpec word =
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("1")
                        .type(String.class)
                        .paramLabel(label)
                        .description(description)
                        .build();
        spec.addPositional(word);
        return new Word(word);
    }

    /** Adds any number of words without an option's name. */
    Words words(String label, String description) {
        PositionalParamSpec words =
                PositionalParamSpec.builder()
                        .index("0..*")
                        .arity("0..*")
                        .type(String[].class)
                        .paramLabel(label)
                        .description(description)
                        .build();
        spec.addPositional(words);
        return new Words(words);
    }

    /** Adds an option with a value. */
    Value value(String label, String description, String... names) {
        return value(false, label, description, names);
    }

    /** Adds an option with a value that must be given. */
    Value required(String label, String description, String... names) {
        return value(true, label, description, names);
    }

    /** Adds an option that may have a value, and means {@code yes} without one. */
    Value switchable(String label, String description, String... names) {
        OptionSpec option =
                OptionSpec.builder(names)
                        .type(String.class)
                        .arity("0..1")
                        .fallbackValue("yes")
                        .paramLabel(label)
                        .description(description)
                        .build();
        spec.addOption(option);
        return new Value(option);
    }

    private Value value(boolean required, String label, String description, String... names) {
        OptionSpec option =
                OptionSpec.builder(names)
                        .type(String.class)
                        .required(required)
                        .paramLabel(label)
                        .description(description)
                        .build();
        spec.addOption(option);
        return new Value(option);
    }

    /** Adds an option that is there or not. */
    Flag flag(String description, String... names) {
        OptionSpec option =
                OptionSpec.builder(names).type(boolean.class).description(description).build();
        spec.addOption(option);
        return new Flag(option);
    }

    /** Adds the options of a command that talks to a running monitor. */
    MonitorPlace monitorPlace() {
        Value runDir =
                value("DIR", "The monitor's run directory (default /run/cofferdam).", "--run-dir");
        Value socket =
                value(
                        "PATH",
                        "The control API's socket (default control.sock in the run directory).",
                        "--socket");
        flag("Show causes and stack traces of errors.", VERBOSE);
        return new MonitorPlace(runDir, socket);
    }

    /** Like {@link #monitorPlace}, for commands that have a {@code --socket} of their own. */
    MonitorPlace monitorPlaceBesideSocket() {
        Value runDir =
                value("DIR", "The monitor's run directory (default /run/cofferdam).", "--run-dir");
        Value control =
                value(
                        "PATH",
                        "The control API's socket (default control.sock in the run directory).",
                        "--control");
        flag("Show causes and stack traces of errors.", VERBOSE);
        return new MonitorPlace(runDir, control);
    }

    /** Adds the options of a command that reads a log. */
    Value auditDirectory() {
        Value dir =
                value("DIR", "The audit log's folder (default /var/log/cofferdam).", "--audit-dir");
        flag("Show causes and stack traces of errors.", VERBOSE);
        return dir;
    }

    /** An option's value, once the words have been read. */
    record Value(OptionSpec option) {
        Optional<String> text() {
            @Nullable String value = option.getValue();
            return Optional.ofNullable(value);
        }

        String orElse(String otherwise) {
            return text().orElse(otherwise);
        }

        Path path(Path otherwise) {
            try {
                return text().map(Path::of).orElse(otherwise);
            } catch (InvalidPathException e) {
                throw OperatorError.usage(
                        option.longestName() + ": \"" + orElse("") + "\" is not a path");
            }
        }

        /** A whole number of at most nine digits. */
        int number(int otherwise, String what) {
            String text = orElse(Integer.toString(otherwise));
            if (!text.matches("[0-9]{1,9}")) {
                throw OperatorError.usage(
                        option.longestName() + ": \"" + text + "\" is not a number of " + what);
            }
            return Integer.parseInt(text);
        }

        /** One of two formats; true for {@code json}. */
        boolean isJson(String other) {
            String text = orElse(other);
            if (!text.equals("json") && !text.equals(other)) {
                throw OperatorError.usage(
                        "-o: \"" + text + "\" is not an output format (" + other + " or json)");
            }
            return text.equals("json");
        }
    }

    /** A word without an option's name, once the words have been read. */
    record Word(PositionalParamSpec word) {
        String text() {
            @Nullable String value = word.getValue();
            return value == null ? "" : value;
        }

        /** The word as a guest's name. */
        GuestName guest() {
            try {
                return new GuestName(text());
            } catch (IllegalArgumentException e) {
                throw OperatorError.usage(
                        e.getMessage() + "; 'monitor guest list' shows those that there are");
            }
        }
    }

    /** Words without an option's name, once they have been read. */
    record Words(PositionalParamSpec words) {
        List<String> texts() {
            String @Nullable [] values = words.getValue();
            return values == null ? List.of() : List.of(values);
        }
    }

    /** An option that is there or not, once the words have been read. */
    record Flag(OptionSpec option) {
        boolean isGiven() {
            return Boolean.TRUE.equals(option.getValue());
        }
    }

    /** Where the running monitor is. */
    record MonitorPlace(Value runDir, Value socket) {
        ControlClient client() {
            Path dir = runDir.path(StartOptions.DEFAULT_RUN_DIR);
            return new ControlClient(socket.path(dir.resolve(StartOptions.SOCKET_NAME)));
        }
    }
}
