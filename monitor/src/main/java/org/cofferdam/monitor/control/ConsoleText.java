package org.cofferdam.monitor.control;

import java.util.List;

/**
 * What a driver domain's console has said.
 *
 * @param next the number of the line after the last of these, counted from the monitor's start
 * @param lines the oldest first; printable characters only
 */
public record ConsoleText(long next, List<String> lines) {
    public ConsoleText {
        lines = List.copyOf(lines);
    }
}
