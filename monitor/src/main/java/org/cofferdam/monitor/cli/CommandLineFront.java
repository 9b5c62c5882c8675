package org.cofferdam.monitor.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.control.MonitorFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Runs one command line and turns every way it can fail into one sentence and an exit code. */
public final class CommandLineFront {
    /** EPERM and EACCES (errno(3)). */
    private static final int EPERM = 1;

    private static final int EACCES = 13;

    private static final int HELP_WIDTH = 110;

    private CommandLineFront() {}

    /**
     * Runs a command.
     *
     * @param factory makes the monitor that {@code start} runs
     * @return the exit code
     */
    public static int run(String[] args, PrintStream out, PrintStream err, MonitorFactory factory) {
        Console console = new Console(out, err);
        if (args.length == 4
                && args[0].equals(RestoreCommand.FIRST_WORD)
                && args[1].equals(BindCommand.SECOND_WORD)) {
            return BindCommand.run(args, console);
        }
        if (args.length == 5
                && args[0].equals(RestoreCommand.FIRST_WORD)
                && args[1].equals(GiveBackCommand.SECOND_WORD)) {
            return GiveBackCommand.run(args, console);
        }
        if (args.length > 0 && args[0].equals(RestoreCommand.FIRST_WORD)) {
            return RestoreCommand.run(args, console);
        }
        CommandLine line = MonitorCommand.commandLine(args, console, factory);
        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        line.setParameterExceptionHandler(CommandLineFront::misused);
        line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command, parsed));
        return line.execute(args);
    }

    private static int misused(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String what = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
        OperatorError error =
                OperatorError.usage(
                        lowerFirst(what)
                                + "; see '"
                                + command.getCommandSpec().qualifiedName()
                                + " --help'");
        command.getErr().println("monitor: " + error.sentence());
        return error.exitCode().code();
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        OperatorError error = asOperatorError(e);
        command.getErr().println("monitor: " + error.sentence());
        if (isVerbose(parsed)) {
            // --verbose asks for it.
            e.printStackTrace(command.getErr());
        }
        return error.exitCode().code();
    }

    /** What an operator is told of any failure. */
    static OperatorError asOperatorError(Throwable e) {
        return switch (e) {
            case OperatorError known -> known;
            case AuditLogException log ->
                    new OperatorError(codeOf(log.problem()), sentence(log), log);
            case NativeCallException call when call.errno() == EPERM || call.errno() == EACCES ->
                    new OperatorError(
                            ExitCode.ENVIRONMENT,
                            "the kernel does not permit "
                                    + call.getMessage()
                                    + "; run as root or with the capabilities that README.md names",
                            call);
            case NativeCallException call ->
                    OperatorError.failure(
                            "the kernel refused " + call.getMessage() + "; --verbose shows where",
                            call);
            default ->
                    OperatorError.failure(
                            "something unforeseen happened ("
                                    + e.getClass().getSimpleName()
                                    + ": "
                                    + e.getMessage()
                                    + "); run it again with --verbose and report what that shows",
                            e);
        };
    }

    private static ExitCode codeOf(AuditLogException.Problem problem) {
        return switch (problem) {
            case DIRECTORY, IN_USE, DISK_FULL, NO_LOG -> ExitCode.ENVIRONMENT;
            case IO, CLOSED, NOT_THERE -> ExitCode.FAILURE;
        };
    }

    private static String sentence(AuditLogException log) {
        String cure =
                switch (log.problem()) {
                    case DIRECTORY -> "; choose another --audit-dir";
                    case IN_USE -> "; stop the other writer or choose another --audit-dir";
                    case DISK_FULL -> "; make room there or choose another --audit-dir";
                    case NO_LOG -> "; name its folder with --audit-dir";
                    case IO -> "; check the disk and the folder's permissions";
                    case CLOSED, NOT_THERE -> "";
                };
        return log.getMessage() + cure;
    }

    private static boolean isVerbose(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return last.originalArgs() != null
                && Arrays.asList(last.originalArgs().toArray()).contains("--verbose");
    }

    private static String lowerFirst(String text) {
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
}
