package org.cofferdam.libos.image;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.cofferdam.libos.command.ProgramLine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code libos image}: packs a program with all that it needs to run as a guest. */
@Command(
        name = "image",
        description =
                "Packs a program, the library OS, and a runtime of the JDK's modules that both need, into a folder or"
                        + " an archive that runs on any x86-64 Linux of this machine's age.",
        customSynopsis = {
            "libos image --output DIR|FILE.tar.gz [OPTIONS] -- app.jar ARGS",
            "libos image … -- [-Dname=value …] -cp PATH CLASS ARGS",
            "libos image … -- [-Dname=value …] -m MODULE[/CLASS] ARGS"
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The arguments are the program's first ones each time that the image runs.",
            "Modules that a program finds by name only are not seen: providers of services (such as jdk.localedata,",
            "jdk.charsets) and what it loads by reflection; name them with --add-modules.",
            "",
            "Exit codes: 0 made, 2 wrong usage, 3 the environment lacks something, 5 failure at work.",
            "",
            "Examples:",
            "  libos image --output web.image -- app.jar --port 8080",
            "  web.image/start --attach web.sock --ip 10.7.0.2/24",
            "  libos image -O web.tar.gz --files www/ --add-modules jdk.localedata -- -m jdk.httpserver -d /"
        })
public final class ImageCommand implements Callable<Integer> {
    private static final double NANOS_A_SECOND = 1e9;
    private static final long BYTES_A_MEGABYTE = 1_000_000;

    /** How the result is written. */
    enum Format {
        text,
        json
    }

    @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

    @Option(
            names = {"-O", "--output"},
            required = true,
            paramLabel = "PLACE",
            description = "The folder to make, or the archive if it ends in .tar.gz.")
    private Path output = Path.of("");

    @Option(
            names = "--files",
            paramLabel = "DIR",
            description = "What the program sees at /, read-only.")
    private @Nullable Path files;

    @Option(
            names = "--add-modules",
            split = ",",
            paramLabel = "MODULE",
            description = "Further modules of the JDK, with commas between.")
    private List<String> addModules = List.of();

    @Option(
            names = {"-J", "--java-option"},
            paramLabel = "OPTION",
            description = "An option of the guest's JVM; may be given more than once.")
    private List<String> javaOptions = List.of();

    @Option(names = "--replace", description = "Replace what is there.")
    private boolean replace;

    @Option(
            names = {"-o", "--format"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How the result is written; default ${DEFAULT-VALUE}.")
    private Format format = Format.text;

    @Parameters(arity = "0..*", hidden = true)
    private List<String> words = List.of();

    @Override
    public Integer call() {
        CommandLine.Model.CommandSpec own = spec;
        if (own == null) {
            throw new IllegalStateException("picocli sets the specification");
        }
        PrintWriter out = own.commandLine().getOut();
        PrintWriter err = own.commandLine().getErr();
        ImageBuilder.Order order;
        try {
            order = order();
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(
                    own.commandLine(), String.valueOf(e.getMessage()));
        }
        long start = System.nanoTime();
        try {
            ImageBuilder.Made made =
                    new ImageBuilder(
                                    order,
                                    ImageBuilder.ofThisProcess(),
                                    line -> {
                                        err.println(line);
                                        err.flush();
                                    })
                            .build();
            double seconds = (System.nanoTime() - start) / NANOS_A_SECOND;
            out.println(format == Format.json ? json(made, seconds) : text(made, seconds));
            out.flush();
            return 0;
        } catch (ImageException e) {
            return fault(err, String.valueOf(e.getMessage()), e.kind());
        } catch (IOException e) {
            return fault(err, "the image cannot be made: " + e, ImageException.Kind.FAILURE);
        }
    }

    private ImageBuilder.Order order() {
        ProgramLine program = ProgramLine.parse(words);
        if (files != null && !Files.isDirectory(files)) {
            throw new IllegalArgumentException("--files " + files + " is no folder");
        }
        Set<String> modules = new LinkedHashSet<>();
        for (String each : addModules) {
            if (!each.matches("[A-Za-z0-9_.]+")) {
                throw new IllegalArgumentException("'" + each + "' is no name of a module");
            }
            modules.add(each);
        }
        List<String> properties = new ArrayList<>();
        for (String each : program.properties()) {
            properties.add(each.substring("-D".length()));
        }
        return new ImageBuilder.Order(
                program.source(),
                properties,
                javaOptions,
                program.arguments(),
                modules,
                Optional.ofNullable(files),
                output,
                replace);
    }

    private static int fault(PrintWriter err, String sentence, ImageException.Kind kind) {
        err.println("libos: " + sentence);
        err.flush();
        return kind.code();
    }

    private static String text(ImageBuilder.Made made, double seconds) {
        return String.format(
                "%s: %d MB, %d jars or folders of the program, %d modules, made in %.1f s",
                made.output(),
                made.bytes() / BYTES_A_MEGABYTE,
                made.jars(),
                made.modules().size(),
                seconds);
    }

    private static String json(ImageBuilder.Made made, double seconds) {
        List<String> modules = made.modules().stream().map(ImageCommand::quoted).toList();
        return String.format(
                java.util.Locale.ROOT,
                "{\"image\":%s,\"bytes\":%d,\"programBytes\":%d,\"programParts\":%d,\"modules\":[%s],\"seconds\":%.3f}",
                quoted(made.output().toString()),
                made.bytes(),
                made.programBytes(),
                made.jars(),
                String.join(",", modules),
                seconds);
    }

    /** RFC 8259, section 7. */
    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
