package org.cofferdam.libos.program;

/** Touches what the JDK would otherwise open when a program first needs it. */
public final class WarmUp {
    private WarmUp() {}
}
