package org.cofferdam.audit.kafka.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/** The program {@code monitor ship}. */
public final class ShipMain {
    private static final int HELP_WIDTH = 110;
    private static final int USAGE = 2;

    private ShipMain() {}

    /** Runs the command and ends with its exit code. */
    public static void main(String[] args) {
        int code = run(args, System.out, System.err);
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }

    /** Runs the command and returns its exit code. */
    static int run(String[] args, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(new ShipCommand(err).spec());
        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        line.setParameterExceptionHandler(ShipMain::misused);
        return line.execute(args);
    }

    private static int misused(ParameterException e, String[] args) {
        String what = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
        e.getCommandLine()
                .getErr()
                .println(
                        "shipper: "
                                + Character.toLowerCase(what.charAt(0))
                                + what.substring(1)
                                + "; see 'monitor ship --help'");
        return USAGE;
    }
}
