package org.cofferdam.monitor;

import org.cofferdam.monitor.cli.CommandLineFront;

/** The process {@code monitor}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int code =
                CommandLineFront.run(
                        args,
                        System.out,
                        System.err,
                        (options, run, progress) -> Monitor.start(options, run, progress));
        if (code != 0) {
            System.exit(code);
        }
    }
}
