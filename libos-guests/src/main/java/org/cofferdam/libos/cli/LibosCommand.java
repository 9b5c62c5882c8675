package org.cofferdam.libos.cli;

import java.util.function.Function;
import org.cofferdam.libos.image.ImageCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code libos}. */
@Command(
        name = "libos",
        description =
                "Runs Java programs as library-OS guests: on a network stack and files of their own.",
        subcommands = {RunCommand.class, ImageCommand.class},
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 2 wrong usage, 3 the environment lacks something, 5 failure at work; else the program's own.",
            "",
            "Example:",
            "  monitor guest add web --mac 52:54:00:00:00:02 --ip 10.7.0.2",
            "  libos run --attach /run/cofferdam/guests/web --ip 10.7.0.2/24 -- app.jar"
        })
public final class LibosCommand implements Runnable {
    static final int EXIT_USAGE = 2;
    static final int EXIT_ENVIRONMENT = 3;

    @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

    /** Runs one command line and exits with its code. */
    public static void main(String[] args) {
        int code =
                new CommandLine(new LibosCommand())
                        .setParameterExceptionHandler(LibosCommand::wrongUsage)
                        .registerConverter(
                                MemorySize.class, text -> converted(MemorySize::parse, text))
                        .registerConverter(
                                FolderGrant.class, text -> converted(FolderGrant::parse, text))
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setStopAtPositional(true)
                        .execute(args);
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }

    private static <T> T converted(Function<String, T> parser, String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    private static int wrongUsage(CommandLine.ParameterException e, String[] args) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        System.err.println("libos: " + e.getMessage() + "; see '" + name + " --help'");
        return EXIT_USAGE;
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "say what to do");
        }
    }
}
