package org.cofferdam.libos.run;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.cofferdam.libos.confinement.Cage;
import org.cofferdam.libos.confinement.Surface;
import org.cofferdam.libos.files.GuestFiles;
import org.cofferdam.libos.files.HostFiles;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.guest.GuestNetwork;
import org.cofferdam.libos.guest.GuestSettings;
import org.cofferdam.libos.javaio.JavaBasePatch;
import org.cofferdam.libos.jdk.GuestSockets;
import org.cofferdam.libos.jdk.GuestStart;
import org.cofferdam.libos.net.stack.StackSettings;
import org.cofferdam.libos.program.LibraryClasses;
import org.cofferdam.libos.program.Program;
import org.cofferdam.libos.program.ProgramException;
import org.cofferdam.libos.program.ProgramSource;
import org.cofferdam.libos.program.RuntimeImage;
import org.cofferdam.libos.program.WarmUp;

/**
 * What the JVM of a guest runs:
 *
 * <pre>
 *  GuestMain [--stats|--stats=json] -cp PATH CLASS ARGS
 *  GuestMain [--stats] -jar JAR ARGS
 *  GuestMain [--stats] -m MODULE[/CLASS] ARGS
 * </pre>
 */
public final class GuestMain {
    /** First word of the command line: figures on standard error at the beginning and the end. */
    public static final String STATS = "--stats";

    /** The same as JSON, a line each. */
    public static final String STATS_AS_JSON = "--stats=json";

    /** System property: what the guest may do with folders of the host, a name of {@link Cage.Folders}. */
    public static final String FOLDERS = "cofferdam.libos.folders";

    /** System property, for programs that want to know: java.io uses the guest's files. */
    public static final String PATCHED = "cofferdam.libos.java.io";

    private static final int EXIT_ENVIRONMENT = 3;
    private static final int EXIT_FAILURE = 5;

    private GuestMain() {}

    /** Starts the guest, and calls its main method on this thread. */
    public static void main(String[] args) throws Throwable {
        List<String> words = new ArrayList<>(List.of(args));
        boolean json = words.getFirst().equals(STATS_AS_JSON);
        boolean stats = json || words.getFirst().equals(STATS);
        if (stats) {
            words.removeFirst();
        }
        Program program;
        Cage.Folders folders = Cage.Folders.valueOf(System.getProperty(FOLDERS, "NONE"));
        try {
            Cage cage =
                    Cage.inherited()
                            .orElseThrow(
                                    () -> new IOException("there is no launcher; use 'libos run'"));
            GuestNetwork network = cage.attach(StackSettings.DEFAULT);
            network.configure(GuestSettings.ofProcess());
            GuestStart.provide(network);
            program = Program.load(source(words), HostFiles.system());
            Optional<GuestFiles> files = GuestFiles.ofTheProcess();
            if (files.isPresent()) {
                files.get().show(program.files());
            }
            GuestSockets.install();
            int ignored = LibraryClasses.load();
            assert ignored > 0;
            WarmUp.Report warm = WarmUp.run();
            if (stats) {
                tell(Surface.ofThisKernel(folders), warm, json);
            }
            System.setIn(new BufferedInputStream(new ConsoleInput()));
            cage.enter(network, folders, RuntimeImage.descriptor(), GuestMain::switchJavaIo);
        } catch (IOException | BackEndException | ProgramException e) {
            end(EXIT_ENVIRONMENT, e);
            return;
        } catch (RuntimeException | LinkageError e) {
            // A fault of the library OS's, or the kernel's refusal: whoever mends it wants to know
            // where.
            e.printStackTrace();
            end(EXIT_FAILURE, e);
            return;
        }
        program.run(words.toArray(String[]::new));
    }

    private static void tell(Surface surface, WarmUp.Report warm, boolean json) {
        if (json) {
            System.err.println(surface.json());
            return;
        }
        System.err.println(surface.sentence());
        System.err.printf(
                "libos: %d things of the JDK loaded beforehand in %d ms%n",
                warm.touched().size(), TimeUnit.NANOSECONDS.toMillis(warm.nanos()));
    }

    /** To the guest's files, in a patched runtime; in others it stays refused. */
    private static void switchJavaIo() {
        if (JavaBasePatch.activate()) {
            System.setProperty(PATCHED, "true");
        }
    }

    /** The program's source; what is left in the words are its arguments. */
    private static ProgramSource source(List<String> words) {
        String kind = words.removeFirst();
        return switch (kind) {
            case "-cp" -> new ProgramSource.ClassPath(words.removeFirst(), words.removeFirst());
            case "-jar" -> new ProgramSource.Jar(words.removeFirst());
            case "-m" -> {
                String[] parts = words.removeFirst().split("/", 2);
                yield new ProgramSource.Module(
                        parts[0], parts.length == 1 ? Optional.empty() : Optional.of(parts[1]));
            }
            default -> throw new IllegalArgumentException(kind + " is no kind of program");
        };
    }

    private static void end(int code, Throwable why) {
        System.err.println("libos: the guest cannot start: " + why.getMessage());
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
