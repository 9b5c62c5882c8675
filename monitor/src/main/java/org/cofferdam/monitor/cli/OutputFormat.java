package org.cofferdam.monitor.cli;

import java.util.Locale;

/** How a command shows its result. */
enum OutputFormat {
    TEXT,
    JSON;

    static OutputFormat parse(String text) {
        try {
            return valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new picocli.CommandLine.TypeConversionException(
                    "'" + text + "' is not an output format (text or json)");
        }
    }
}
