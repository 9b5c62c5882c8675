package org.cofferdam.monitor;

import org.cofferdam.monitor.cli.CommandLineFront;

/** The program {@code monitor}. */
public final class Main {
    private Main() {}

    /** Runs one command line and exits with its code. */
    public static void main(String[] args) {
        // A lambda rather than a method reference: the commands that ask must not load the
        // monitor's classes.
        int code =
                CommandLineFront.run(
                        args,
                        System.out,
                        System.err,
                        (options, run, progress) -> Monitor.start(options, run, progress));
        if (args.length > 0 && args[0].equals("start")) {
            System.exit(code);
        }
        // The others have nothing to hook to the end, and exit() would load the JDK's logging
        // first.
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
