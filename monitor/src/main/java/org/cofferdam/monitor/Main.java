package org.cofferdam.monitor;

import org.cofferdam.monitor.cli.CommandLineFront;

/** The program {@code monitor}. */
public final class Main {
    private Main() {}

    /** Runs one command line and exits with its code. */
    public static void main(String[] args) {
        // A lambda rather than a method reference: the commands that ask must not load the
        // monitor's classes.
        System.exit(
                CommandLineFront.run(
                        args,
                        System.out,
                        System.err,
                        (options, run, progress) -> Monitor.start(options, run, progress)));
    }
}
