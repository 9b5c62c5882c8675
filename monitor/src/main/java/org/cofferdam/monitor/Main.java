package org.cofferdam.monitor;

import org.cofferdam.monitor.cli.CommandLineFront;

/** The program {@code monitor}. */
public final class Main {
    private Main() {}

    /** Runs one command line and exits with its code. */
    public static void main(String[] args) {
        System.exit(CommandLineFront.run(args, System.out, System.err, Monitor::start));
    }
}
