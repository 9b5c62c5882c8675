package org.cofferdam.monitor.confinement;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.cofferdam.binding.privilege.Account;
import org.cofferdam.binding.privilege.ProgramReplacement;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.DriverImage;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.GuestMode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.KernelFiles;
import org.cofferdam.monitor.pci.PciBus;
import org.cofferdam.monitor.state.RunDirectory;
import org.cofferdam.monitor.state.StarterProcess;
import org.cofferdam.monitor.state.TemporaryFolder;

/**
 * The command line of the starter, made from this process's own: the same JVM with the same words runs under it, and
 * can read and write what is listed here and nothing else.
 */
public final class Starter {
    /** The starter's path; ops/monitor sets it. */
    private static final String PROGRAM_PROPERTY = "cofferdam.starter";

    private static final List<String> ALWAYS_READABLE =
            List.of(
                    "/usr",
                    "/lib",
                    "/lib64",
                    "/bin",
                    "/sbin",
                    "/etc",
                    "/proc",
                    "/sys",
                    "/dev/random",
                    "/dev/urandom",
                    "/dev/zero",
                    "/dev/kmsg");
    private static final List<String> ALWAYS_WRITABLE =
            List.of("/dev/kvm", "/dev/net/tun", "/dev/vfio", "/dev/null");

    private final StartOptions options;
    private final Optional<Path> config;

    /** @param config the settings file, which is read once more */
    public Starter(StartOptions options, Optional<Path> config) {
        this.options = options;
        this.config = config;
    }

    /** Whether this process is to put the starter in its place. */
    public static boolean isWanted() {
        return System.getProperty(PROGRAM_PROPERTY) != null && !StarterProcess.isThere();
    }

    /** Whether the user that the monitor will become is there. */
    public static void checkUser(StartOptions options) {
        if (isWanted()) {
            account(options);
        }
    }

    /** Whom a monitor that runs as root becomes; empty if it does not run as root. */
    static Optional<Account> account(StartOptions options) {
        if (!isRoot()) {
            return Optional.empty();
        }
        Account account =
                Account.named(options.user())
                        .orElseThrow(
                                () ->
                                        OperatorError.environment(
                                                "there is no user "
                                                        + options.user()
                                                        + " for the monitor to become; run ops/setup, which makes"
                                                        + " the user cofferdam, or name another with --user"));
        if (account.uid() == 0) {
            throw OperatorError.usage("--user: root is no user without privileges; name another");
        }
        return Optional.of(account);
    }

    static boolean isRoot() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        } catch (IOException e) {
            throw OperatorError.failure("/proc/self cannot be read (" + IoReason.of(e) + ")", e);
        }
    }

    /** Puts the starter in this process's place; returns only to say why it could not. */
    public OperatorError takeOver() {
        RunDirectory.prepare(options.runDir(), line -> {});
        try {
            Path temporary = TemporaryFolder.make(options.runDir());
            List<String> words = words(temporary);
            RuntimeException failure = ProgramReplacement.with(words);
            Files.delete(temporary);
            return new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "the starter cannot be run ("
                            + failure.getMessage()
                            + "); build it with 'mvn -q package'",
                    failure);
        } catch (IOException e) {
            return new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "the starter cannot be prepared (" + IoReason.of(e) + "); make room in /tmp",
                    e);
        }
    }

    private List<String> words(Path temporary) throws IOException {
        List<String> own = ownWords();
        String program = String.valueOf(System.getProperty(PROGRAM_PROPERTY));
        List<String> start = new ArrayList<>();
        start.add(ProcessHandle.current().info().command().orElse(own.getFirst()));
        start.add("-D" + StarterProcess.CHANNEL_PROPERTY + "=" + StarterChannel.CHANNEL);
        start.add("-Djava.io.tmpdir=" + temporary);
        start.addAll(own.subList(1, own.size()));
        List<String> restore =
                internal(own, "restore", options.runDir().toString(), socket().toString());
        List<String> words = new ArrayList<>();
        words.add(program);
        words.add(options.runDir().resolve("journal").toString());
        words.add(temporary.toString());
        list(words, readable());
        list(words, writable(temporary));
        list(words, options.metrics().stream().map(at -> Integer.toString(at.getPort())).toList());
        list(words, start);
        list(words, restore);
        list(words, forCard(own, "bind", options.user()));
        list(words, forCard(own, "give-back", before()));
        words.add(options.guestDir().toString());
        list(words, guestSockets());
        return words;
    }

    /** What binds the card when the monitor asks for it, or gives it back; none for an emulated card. */
    private List<String> forCard(List<String> own, String command, String... more) {
        return switch (options.assignment()) {
            case Assignment.Emulated emulated -> List.of();
            case Assignment.Pci pci -> {
                List<String> words = internal(own, command, pci.address().toString());
                words.addAll(List.of(more));
                yield words;
            }
        };
    }

    /** Where front ends of the configuration's guests listen: a user's number, then a path, for each. */
    private List<String> guestSockets() {
        return options.guests().stream()
                .filter(guest -> guest.mode() == GuestMode.CLIENT && guest.socket().isPresent())
                .flatMap(
                        guest ->
                                Stream.of(
                                        Integer.toString(guest.uid()),
                                        guest.socket().get().toString()))
                .toList();
    }

    /** The card's identity and driver, as they are before it is taken. */
    private String[] before() {
        return switch (options.assignment()) {
            case Assignment.Emulated emulated -> new String[0];
            case Assignment.Pci pci ->
                    new PciBus(KernelFiles.HERE)
                            .find(pci.address())
                            .map(
                                    card ->
                                            new String[] {
                                                card.id(),
                                                card.driver().orElse(DriverBinding.NO_DRIVER)
                                            })
                            .orElse(
                                    new String[] {
                                        DriverBinding.NO_DRIVER, DriverBinding.NO_DRIVER
                                    });
        };
    }

    private static List<String> internal(List<String> own, String... command) {
        List<String> words = new ArrayList<>();
        words.add(ProcessHandle.current().info().command().orElse(own.getFirst()));
        words.addAll(own.subList(1, own.indexOf(mainClass()) + 1));
        words.add("internal");
        words.addAll(List.of(command));
        return words;
    }

    private Path socket() {
        return options.socket().toAbsolutePath();
    }

    private Set<String> readable() {
        Set<String> paths = new LinkedHashSet<>(ALWAYS_READABLE);
        paths.add(String.valueOf(System.getProperty("java.home")));
        for (String entry :
                String.valueOf(System.getProperty("java.class.path"))
                        .split(File.pathSeparator, -1)) {
            Path folder = Path.of(entry).toAbsolutePath().getParent();
            paths.add(entry.endsWith(".jar") && folder != null ? folder.toString() : entry);
        }
        config.ifPresent(file -> paths.add(file.toAbsolutePath().toString()));
        options.audit()
                .retention()
                .untilShipped()
                .map(Path::getParent)
                .ifPresent(folder -> paths.add(folder.toString()));
        if (options.image() instanceof DriverImage.ElfFile file) {
            paths.add(file.path().toString());
        }
        if (options.image() instanceof DriverImage.Linux linux) {
            paths.add(linux.folder().toString());
        }
        return paths;
    }

    private Set<String> writable(Path temporary) {
        Set<String> paths = new LinkedHashSet<>(ALWAYS_WRITABLE);
        paths.add(options.runDir().toString());
        paths.add(options.auditDir().toString());
        paths.add(options.guestDir().toString());
        // Where the configuration wants a guest's socket to be made, before privileges are given
        // up.
        options.guests().stream()
                .filter(guest -> guest.mode() == GuestMode.SERVER)
                .flatMap(guest -> guest.socket().map(Path::getParent).stream())
                .forEach(parent -> paths.add(parent.toString()));
        paths.add(String.valueOf(socket().getParent()));
        paths.add(temporary.toString());
        return paths;
    }

    /** As the kernel keeps them. */
    private static List<String> ownWords() throws IOException {
        String words = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        List<String> list = new ArrayList<>(List.of(words.split("\0", -1)));
        list.removeLast(); // what follows the last NUL
        return list;
    }

    private static String mainClass() {
        String command = String.valueOf(System.getProperty("sun.java.command"));
        return command.split(" ", 2)[0];
    }

    private static void list(List<String> to, Collection<String> words) {
        to.add(Integer.toString(words.size()));
        to.addAll(words);
    }
}
