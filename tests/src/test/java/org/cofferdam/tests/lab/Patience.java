package org.cofferdam.tests.lab;

import java.time.Duration;

/** How long a test waits before it calls something missing: on an emulated processor more than on a real one. */
final class Patience {
    /** The property {@code cofferdam.patience}, which tests/lab/suites.sh sets: how many times slower this machine may be. */
    private static final int FACTOR = Integer.getInteger("cofferdam.patience", 1);

    private Patience() {}

    /** What to wait here for what takes at most {@code usual} on a real machine. */
    static Duration of(Duration usual) {
        return usual.multipliedBy(FACTOR);
    }
}
