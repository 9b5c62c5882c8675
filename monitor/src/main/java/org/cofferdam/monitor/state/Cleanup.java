package org.cofferdam.monitor.state;

import java.util.List;

/**
 * What a start found of an earlier monitor that had not stopped in order.
 *
 * @param previousPid the earlier monitor; 0 if there was nothing to clean up
 * @param undone what was taken back
 * @param left what could not be taken back, each with the reason and what to do
 */
public record Cleanup(long previousPid, List<String> undone, List<String> left) {
    public static final Cleanup NOTHING = new Cleanup(0, List.of(), List.of());

    public Cleanup {
        undone = List.copyOf(undone);
        left = List.copyOf(left);
    }

    /** Whether an earlier monitor died without stopping. */
    public boolean wasNeeded() {
        return previousPid != 0;
    }

    /** One line for the operator and for the audit record. */
    public String sentence() {
        String what =
                undone.isEmpty()
                        ? "nothing of it was left in the host"
                        : "cleaned up " + String.join(", ", undone);
        String rest = left.isEmpty() ? "" : "; left: " + String.join(", ", left);
        return "the monitor with pid " + previousPid + " ended without stopping; " + what + rest;
    }
}
