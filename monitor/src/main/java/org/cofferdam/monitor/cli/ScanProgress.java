package org.cofferdam.monitor.cli;

import java.nio.file.Path;

/** Says on a terminal how far a long pass over a log has come; silent for a pass of less than a second. One thread. */
final class ScanProgress {
    private static final long BEFORE_FIRST = 1_000_000_000;
    private static final long BETWEEN = 500_000_000;

    private final Console console;
    private final boolean terminal = Terminal.isTerminal(Terminal.STDERR);
    private long next = System.nanoTime() + BEFORE_FIRST;
    private boolean said;

    ScanProgress(Console console) {
        this.console = console;
    }

    /** A segment is about to be read. */
    void segment(Path file, int index, int total) {
        long now = System.nanoTime();
        if (terminal && now - next > 0) {
            next = now + BETWEEN;
            said = true;
            console.status("reading segment " + (index + 1) + " of " + total);
        }
    }

    /** The pass is over. */
    void end() {
        if (said) {
            console.status("");
        }
    }
}
