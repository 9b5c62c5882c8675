package org.cofferdam.monitor.confinement;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.privilege.Account;
import org.cofferdam.binding.privilege.CallFilter;
import org.cofferdam.binding.privilege.ThreadPrivileges;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.state.StarterProcess;

/** The moment at which a monitor gives its privileges up, all threads at once, and makes sure of it. */
public final class Confinement {
    private static final String LIST = "system-calls.list";

    private Confinement() {}

    /**
     * Becomes the user and takes the filter on; from then on neither can be taken back.
     *
     * @throws OperatorError if the kernel refuses, or a thread still has what it should not: the monitor must not go on
     */
    public static MonitorStatus.Confinement takeEffect(StartOptions options) {
        CallFilter filter = filter();
        int landlock = landlockAbi();
        long starter = StarterProcess.pid();
        clearTemporaryFiles();
        Optional<Account> account = Starter.account(options);
        int uid;
        try {
            uid = account.isPresent() ? account.get().uid() : ownUid();
            account.ifPresent(Account::become);
            filter.install();
        } catch (NativeCallException e) {
            throw OperatorError.failure(
                    "the monitor cannot give up its privileges ("
                            + e.getMessage()
                            + "), so it does not run",
                    e);
        }
        List<String> faults = ThreadPrivileges.faults(uid);
        if (!faults.isEmpty()) {
            throw OperatorError.failure(
                    "the monitor has not given up all its privileges ("
                            + faults.getFirst()
                            + "), so it does not run",
                    null);
        }
        return new MonitorStatus.Confinement(
                account.map(Account::name).orElse("uid " + uid),
                uid,
                landlock,
                filter.calls(),
                filter.hash(),
                starter);
    }

    /** Whom this process will become; empty if it stays who it is. */
    public static Optional<Account> laterUser(StartOptions options) {
        return StarterProcess.isThere() ? Starter.account(options) : Optional.empty();
    }

    /** The filter that the reviewed list describes. */
    public static CallFilter filter() {
        try (InputStream in =
                Objects.requireNonNull(Confinement.class.getResourceAsStream(LIST), LIST)) {
            return CallFilter.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(LIST + " cannot be read", e);
        }
    }

    private static int landlockAbi() {
        String abi = System.getenv("COFFERDAM_LANDLOCK");
        return abi != null && abi.matches("[0-9]{1,4}") ? Integer.parseInt(abi) : 0;
    }

    private static int ownUid() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The native libraries that were unpacked there are loaded; the folder is this process's own,
     * and its starter removes it. */
    public static void clearTemporaryFiles() {
        Path folder = Path.of(String.valueOf(System.getProperty("java.io.tmpdir")));
        if (!StarterProcess.isThere() || !Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException left) {
            // Files that nobody reads again in a folder of /tmp; the next boot removes them.
            return;
        }
    }
}
