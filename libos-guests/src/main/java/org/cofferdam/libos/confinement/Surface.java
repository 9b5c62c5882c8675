package org.cofferdam.libos.confinement;

import java.util.Locale;
import java.util.OptionalInt;
import org.cofferdam.binding.privilege.SystemCalls;

/**
 * How much of the host's kernel a guest can reach.
 *
 * @param kept system calls in the filter's list
 * @param there system calls of the running kernel; empty if it does not show them
 */
public record Surface(int kept, OptionalInt there) {
    /** Of system calls, removed: Qiang, Zhang, Jin 2016. */
    private static final double PAPER_PERCENT = 81.6;

    /** Counted now, from the reviewed lists and from /proc/kallsyms. */
    public static Surface ofThisKernel(Cage.Folders folders) {
        return new Surface(Cage.filter(folders).calls(), SystemCalls.inRunningKernel());
    }

    /** The share of the kernel's system calls that a guest has not, in percent; not a number if it is not known. */
    public double removedPercent() {
        return there.isPresent()
                ? 100.0 * (there.getAsInt() - kept) / there.getAsInt()
                : Double.NaN;
    }

    /** For people. */
    public String sentence() {
        return there.isPresent()
                ? "libos: %d of the kernel's %d system calls are left, %.1f %% are removed (the paper: %.1f %%)"
                        .formatted(kept, there.getAsInt(), removedPercent(), PAPER_PERCENT)
                : "libos: %d system calls are left; the kernel does not show how many it has"
                        .formatted(kept);
    }

    /** For programs: one object. */
    public String json() {
        return there.isPresent()
                ? String.format(
                        Locale.ROOT,
                        "{\"systemCalls\":{\"kept\":%d,\"kernel\":%d,\"removedPercent\":%.1f,\"paperPercent\":%.1f}}",
                        kept,
                        there.getAsInt(),
                        removedPercent(),
                        PAPER_PERCENT)
                : "{\"systemCalls\":{\"kept\":" + kept + "}}";
    }
}
