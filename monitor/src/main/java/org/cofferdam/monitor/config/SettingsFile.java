package org.cofferdam.monitor.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a configuration file: one {@code key = value} a line, {@code #} begins a comment line, blank lines are
 * skipped. There is no quoting, no continuation and no include. An unknown key, a key twice or a line without
 * {@code =} is an error that names file, line and key: a misspelt setting must not be a setting ignored.
 */
public final class SettingsFile {
    /** More than enough for every key once with a path each; what is larger is not a configuration file. */
    private static final long MAX_BYTES = 64 * 1024;

    /** Begins a key that describes a guest: {@code guest.NAME = mac=… ip=…}. */
    private static final String GUEST = "guest.";

    private SettingsFile() {}

    /** Adds the file's settings to {@code into}, behind those already there. */
    public static void read(Path file, RawSettings into) {
        Set<Setting> seen = EnumSet.noneOf(Setting.class);
        Set<String> guests = new HashSet<>();
        int number = 0;
        for (String line : lines(file)) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String place = file + " line " + number;
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw OperatorError.usage(
                        place
                                + ": \""
                                + text
                                + "\" is not 'key = value'; write it so or remove it");
            }
            String key = text.substring(0, equals).strip();
            if (key.startsWith(GUEST)) {
                into.addGuest(guest(key, text.substring(equals + 1), place));
                if (!guests.add(key)) {
                    throw OperatorError.usage(
                            place + ": " + key + " is given twice; remove one of the lines");
                }
                continue;
            }
            Setting setting =
                    Setting.byKey(key)
                            .orElseThrow(
                                    () ->
                                            OperatorError.usage(
                                                    place
                                                            + ": unknown key \""
                                                            + key
                                                            + "\"; the keys are the options of 'monitor start --help' without the dashes"));
            if (!seen.add(setting)) {
                throw OperatorError.usage(
                        place + ": " + key + " is given twice; remove one of the lines");
            }
            into.putIfAbsent(setting, text.substring(equals + 1).strip(), place + ": " + key);
        }
    }

    private static GuestSpec guest(String key, String value, String place) {
        try {
            return GuestSpec.parse(new GuestName(key.substring(GUEST.length())), value);
        } catch (IllegalArgumentException e) {
            throw new OperatorError(
                    ExitCode.USAGE,
                    place
                            + ": "
                            + key
                            + ": "
                            + e.getMessage()
                            + "; write it like guest.web = mac=02:00:00:00:00:07 ip=10.0.0.7",
                    e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw OperatorError.usage(
                        file
                                + ": larger than "
                                + MAX_BYTES / 1024
                                + " KiB, so not a configuration file; check --config");
            }
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new OperatorError(
                    ExitCode.USAGE, "--config: there is no file " + file + "; check the path", e);
        } catch (CharacterCodingException e) {
            throw new OperatorError(
                    ExitCode.USAGE,
                    file + ": not UTF-8 text, so not a configuration file; check --config",
                    e);
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "--config: cannot read "
                            + file
                            + " ("
                            + IoReason.of(e)
                            + "); check its permissions",
                    e);
        }
    }
}
