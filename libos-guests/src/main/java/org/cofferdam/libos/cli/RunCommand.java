package org.cofferdam.libos.cli;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.cofferdam.binding.privilege.ProgramReplacement;
import org.cofferdam.libos.confinement.Cage;
import org.cofferdam.libos.guest.GuestSettings;
import org.cofferdam.libos.image.PackedImage;
import org.cofferdam.libos.program.Program;
import org.cofferdam.libos.program.ProgramException;
import org.cofferdam.libos.program.ProgramSource;
import org.cofferdam.libos.run.GuestMain;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code libos run}: the launcher's and the JVM's command line, made of a person's. */
@Command(
        name = "run",
        description =
                "Runs a program as a guest. Its network is the port that it attaches to, its files are the class path"
                        + " and memory, and of the host's system calls it keeps twenty-five.",
        customSynopsis = {
            "libos run --attach SOCKET --ip ADDRESS/PREFIX|dhcp [OPTIONS] -- app.jar ARGS",
            "libos run … -- [-Dname=value …] -cp PATH CLASS ARGS",
            "libos run … -- [-Dname=value …] -m MODULE[/CLASS] ARGS",
            "libos run … --image DIR [-- ARGS]"
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 2 wrong usage, 3 the environment lacks something, 5 failure at work; else the program's own,",
            "128 and the signal's number if a signal ended it.",
            "",
            "Examples:",
            "  libos run --attach /run/cofferdam/guests/web --ip 10.7.0.2/24 -- -m jdk.httpserver -b 10.7.0.2 -p 80",
            "  libos run --attach web.sock --ip dhcp --memory 1g --stats -- app.jar --port 8080"
        })
final class RunCommand implements Callable<Integer> {
    /** Beside heap and direct memory: code cache, class space, threads, collector, network buffers. */
    private static final long OTHER_BYTES = 640L << 20;

    @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

    @Option(
            names = "--attach",
            required = true,
            paramLabel = "SOCKET",
            description = "The port's socket; 'monitor guest show' names it.")
    private Path attach = Path.of("");

    @Option(
            names = "--ip",
            required = true,
            paramLabel = "ADDRESS/PREFIX",
            description = "The guest's address, several with commas between, or dhcp.")
    private String ip = "";

    @Option(
            names = "--router",
            paramLabel = "ADDRESS",
            description = "Where other networks are reached.")
    private @Nullable String router;

    @Option(
            names = "--dns",
            paramLabel = "ADDRESS",
            description = "Name servers, with commas between.")
    private @Nullable String dns;

    @Option(names = "--search", paramLabel = "DOMAIN", description = "Domains of short names.")
    private @Nullable String search;

    @Option(
            names = "--hosts",
            paramLabel = "NAME=ADDRESS",
            description = "Names that no server is asked for.")
    private @Nullable String hosts;

    @Option(names = "--name", paramLabel = "NAME", description = "The guest's own name.")
    private @Nullable String name;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "256m",
            description =
                    "Its heap, and as much again for direct buffers; default ${DEFAULT-VALUE}.")
    private MemorySize memory = new MemorySize(0);

    @Option(
            names = "--image",
            paramLabel = "DIR",
            description =
                    "What 'libos image' packed: its program, its runtime, its files. What stands behind -- are"
                            + " arguments then.")
    private @Nullable Path image;

    @Option(
            names = "--files",
            paramLabel = "DIR",
            description = "A folder that is read into memory and seen at /, read-only.")
    private @Nullable Path files;

    @Option(
            names = "--files-memory",
            paramLabel = "SIZE",
            defaultValue = "64m",
            description =
                    "What files that the guest writes may hold together; default ${DEFAULT-VALUE}.")
    private MemorySize filesMemory = new MemorySize(0);

    @Option(
            names = "--grant",
            paramLabel = "PLACE=ro|rw:DIR",
            description =
                    "A folder of the host that the guest sees at PLACE; may be given more than once. It costs system"
                            + " calls: see the manual's list.")
    private List<FolderGrant> grants = List.of();

    @Option(
            names = {"-J", "--java-option"},
            paramLabel = "OPTION",
            description = "One of the JVM's own, such as -Xss256k; may be given more than once.")
    private List<String> javaOptions = List.of();

    @Option(names = "--stats", description = "Print figures of the guest when it begins and ends.")
    private boolean stats;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How --stats prints them; default ${DEFAULT-VALUE}.")
    private Output output = Output.TEXT;

    /** Forms of figures. */
    enum Output {
        /** Lines for people. */
        TEXT,
        /** An object a line. */
        JSON
    }

    @Parameters(arity = "0..*", hidden = true)
    private List<String> words = List.of();

    @Override
    public Integer call() {
        Installation from = Installation.own();
        ProgramLine program;
        try {
            if (image != null) {
                PackedImage packed = PackedImage.read(image);
                from = Installation.of(packed);
                program = packedProgram(packed);
            } else {
                program = ProgramLine.parse(words);
            }
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return fault(String.valueOf(e.getMessage()));
        }
        if (!Files.exists(attach)) {
            return fault(
                    "there is no socket "
                            + attach
                            + "; start the monitor, add the guest with 'monitor guest add', and see 'monitor guest show'");
        }
        if (from.launcher().isEmpty()) {
            return fault(
                    "the launcher is not built; build it with 'mvn -q package', and start it by ops/libos");
        }
        List<String> line = new ArrayList<>();
        try {
            line.add(from.launcher().get().toString());
            line.add(attach.toAbsolutePath().toString());
            line.add(reports());
            line.add(stats ? (output == Output.JSON ? "2" : "1") : "0");
            line.add(Long.toString(2 * memory.bytes() + filesMemory.bytes() + OTHER_BYTES));
            list(line, readable(from, program));
            list(line, writable());
            list(line, start(from, program));
        } catch (ProgramException | IOException e) {
            return fault("the program cannot be run: " + e.getMessage());
        }
        return fault(
                "the launcher cannot be run ("
                        + ProgramReplacement.with(line).getMessage()
                        + "); build it with 'mvn -q package'");
    }

    /** What an image says, and where this command line says nothing, its files. */
    private ProgramLine packedProgram(PackedImage packed) {
        if (files == null) {
            files = packed.files().orElse(null);
        }
        List<String> options = new ArrayList<>(packed.javaOptions());
        options.addAll(javaOptions);
        javaOptions = options;
        List<String> arguments = new ArrayList<>(packed.arguments());
        arguments.addAll(words);
        return new ProgramLine(
                packed.properties().stream().map(property -> "-D" + property).toList(),
                packed.source(),
                arguments);
    }

    /** Where the monitor takes refused system calls, if it does. */
    private String reports() {
        Path place = attach.toAbsolutePath();
        Path reports = place.resolveSibling("." + place.getFileName() + ".calls");
        return Files.exists(reports) ? reports.toString() : "";
    }

    private List<String> start(Installation from, ProgramLine program)
            throws ProgramException, IOException {
        List<String> start = new ArrayList<>();
        start.add(from.runtime().resolve("bin/java").toString());
        start.addAll(
                List.of(
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr",
                        "-Xmx" + memory.bytes(),
                        "-XX:MaxDirectMemorySize=" + memory.bytes(),
                        // Reserved and made executable whole, before the filter forbids to.
                        "-XX:ReservedCodeCacheSize=64m",
                        "-XX:InitialCodeCacheSize=64m",
                        "-XX:CompressedClassSpaceSize=128m",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-XX:+DisableAttachMechanism",
                        "-XX:-CreateCoredumpOnCrash",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djnr.ffi.x86asm.enabled=false",
                        "-Dcofferdam.libos.launcher=true",
                        "-Duser.name=guest",
                        "-Duser.home=/",
                        "-Djava.system.class.loader=org.cofferdam.libos.program.ProgramLoader",
                        "-Djava.nio.channels.spi.SelectorProvider=org.cofferdam.libos.jdk.GuestSelectorProvider",
                        "-Djava.nio.channels.spi.AsynchronousChannelProvider=org.cofferdam.libos.jdk.GuestAsynchronousChannelProvider",
                        "-Djava.nio.file.spi.DefaultFileSystemProvider=org.cofferdam.libos.files.GuestFileSystemProvider",
                        "-Dcofferdam.libos.files.memory=" + filesMemory.bytes(),
                        "-D" + GuestMain.FOLDERS + "=" + folders()));
        if (files != null) {
            start.add("-Dcofferdam.libos.files.image=" + files.toAbsolutePath());
        }
        if (!grants.isEmpty()) {
            start.add(
                    "-Dcofferdam.libos.files.grants="
                            + grants.stream()
                                    .map(FolderGrant::text)
                                    .collect(Collectors.joining(",")));
        }
        from.natives()
                .ifPresent(folder -> start.add("-D" + Installation.NATIVE_PROPERTY + "=" + folder));
        from.javaBase().ifPresent(jar -> start.add("--patch-module=java.base=" + jar));
        setting(start, "ip", ip);
        setting(start, "router", router);
        setting(start, "dns", dns);
        setting(start, "search", search);
        setting(start, "hosts", hosts);
        setting(start, "name", name);
        start.addAll(Program.jvmOptions(program.source(), FileSystems.getDefault()));
        start.addAll(javaOptions);
        start.addAll(program.properties());
        start.addAll(List.of("-cp", from.library(), GuestMain.class.getName()));
        if (stats) {
            start.add(output == Output.JSON ? GuestMain.STATS_AS_JSON : GuestMain.STATS);
        }
        start.addAll(program.words());
        return start;
    }

    private Cage.Folders folders() {
        if (grants.isEmpty()) {
            return Cage.Folders.NONE;
        }
        return grants.stream().anyMatch(FolderGrant::writable)
                ? Cage.Folders.WRITE
                : Cage.Folders.READ;
    }

    private List<String> writable() {
        List<String> paths = new ArrayList<>(List.of("/dev/null"));
        grants.stream().filter(FolderGrant::writable).map(FolderGrant::folder).forEach(paths::add);
        return paths;
    }

    private static void setting(List<String> start, String key, @Nullable String value) {
        if (value != null) {
            start.add("-D" + GuestSettings.PREFIX + key + "=" + value);
        }
    }

    private Set<String> readable(Installation from, ProgramLine program) throws IOException {
        Set<String> paths = from.readable();
        if (files != null) {
            paths.add(files.toAbsolutePath().toString());
        }
        grants.stream().map(FolderGrant::folder).forEach(paths::add);
        switch (program.source()) {
            case ProgramSource.ClassPath(String path, var mainClass) ->
                    Installation.addClassPath(paths, path);
            // What its manifest names lies beside it.
            case ProgramSource.Jar(String jar) ->
                    paths.add(String.valueOf(Path.of(jar).toAbsolutePath().getParent()));
            case ProgramSource.Module module -> {}
        }
        return paths;
    }

    private static void list(List<String> to, Collection<String> words) {
        to.add(Integer.toString(words.size()));
        to.addAll(words);
    }

    private static int fault(String sentence) {
        System.err.println("libos: " + sentence);
        return LibosCommand.EXIT_ENVIRONMENT;
    }

    private CommandLine.ParameterException usage(String sentence) {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification");
        }
        return new CommandLine.ParameterException(spec.commandLine(), sentence);
    }
}
