package org.cofferdam.monitor.cli;

import java.io.PrintStream;

/**
 * Where a command writes: results on {@code out}, everything else on {@code err}.
 *
 * @param out standard output
 * @param err standard error
 */
record Console(PrintStream out, PrintStream err) {
    /** Prints the answer to what was asked. */
    void print(String text) {
        out.print(text);
        out.flush();
    }

    /** Shows how far something has come, over what was shown before; an empty text clears it. A terminal's. */
    void status(String text) {
        err.print("\r\033[K" + text);
        err.flush();
    }

    /** Says a step or a warning. */
    void say(String line) {
        err.println("monitor: " + line);
    }
}
