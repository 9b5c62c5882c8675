package org.cofferdam.monitor.confinement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cofferdam.binding.privilege.Account;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.KafkaShipping;
import org.cofferdam.monitor.config.OperatorError;

/**
 * Starts the shipper beside the monitor: another process of another user, who may read the log's segments by their group
 * and nothing else of the monitor's. It has no capability and can get none, and it ends with the process that started it.
 * If it ends before, the monitor does not notice: the log is complete without it.
 */
public final class ShipperProcess {
    /** What ops/monitor was called as; it starts the shipper's program, too. */
    private static final String LAUNCHER_PROPERTY = "cofferdam.launcher";

    private static final String SETPRIV = "/usr/bin/setpriv";
    private static final int FOLDER_MODE = 02750;
    private static final int SEGMENT_MODE = 0640;

    private final KafkaShipping shipping;
    private final Path auditDir;

    /** A shipper of the log in a folder that exists. */
    public ShipperProcess(KafkaShipping shipping, Path auditDir) {
        this.shipping = shipping;
        this.auditDir = auditDir;
    }

    /**
     * Starts it. The calling thread must be the one that lives as long as this process, or replaces it.
     *
     * @throws OperatorError with one sentence if something is missing for it
     */
    public void start() {
        String launcher = System.getProperty(LAUNCHER_PROPERTY);
        if (launcher == null || !Files.isExecutable(Path.of(SETPRIV))) {
            throw OperatorError.environment(
                    "--kafka: the shipper is started by ops/monitor and "
                            + SETPRIV
                            + " (package util-linux); use the one, install the other");
        }
        Optional<Account> account = account();
        try {
            account.ifPresent(this::openTheLogTo);
            Process shipper = new ProcessBuilder(words(launcher, account)).inheritIO().start();
            if (!shipper.isAlive()) {
                throw new IOException("it ended at once");
            }
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "--kafka: the shipper cannot be started (" + IoReason.of(e) + ")",
                    e);
        }
    }

    private Optional<Account> account() {
        if (!Starter.isRoot()) {
            return Optional.empty(); // it runs as the monitor's own user, who has no privileges
        }
        Account account =
                Account.named(shipping.user())
                        .orElseThrow(
                                () ->
                                        OperatorError.environment(
                                                "there is no user "
                                                        + shipping.user()
                                                        + " for the shipper; run ops/setup, which makes the user "
                                                        + KafkaShipping.DEFAULT_USER
                                                        + ", or name another with --kafka-user"));
        if (account.uid() == 0) {
            throw OperatorError.usage("--kafka-user: root is no user without privileges");
        }
        return Optional.of(account);
    }

    /** The log's folder and segments get the shipper's group, which may read; and it gets a folder of its own. */
    private void openTheLogTo(Account account) {
        try (Stream<Path> files = Files.list(auditDir)) {
            Files.setAttribute(auditDir, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(auditDir, "unix:mode", FOLDER_MODE, LinkOption.NOFOLLOW_LINKS);
            for (Path file : files.filter(f -> f.toString().endsWith(".cfl")).toList()) {
                Files.setAttribute(file, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:mode", SEGMENT_MODE, LinkOption.NOFOLLOW_LINKS);
            }
            Files.createDirectories(shipping.stateDir());
            Files.setAttribute(
                    shipping.stateDir(), "unix:uid", account.uid(), LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "--kafka: "
                            + auditDir
                            + " and "
                            + shipping.stateDir()
                            + " cannot be opened to the user "
                            + account.name()
                            + " ("
                            + IoReason.of(e)
                            + "); choose others",
                    e);
        }
    }

    private List<String> words(String launcher, Optional<Account> account) {
        List<String> words = new ArrayList<>(List.of(SETPRIV));
        account.ifPresent(
                a ->
                        words.addAll(
                                List.of(
                                        "--reuid=" + a.uid(),
                                        "--regid=" + a.gid(),
                                        "--clear-groups",
                                        "--bounding-set=-all",
                                        "--inh-caps=-all")));
        words.addAll(List.of("--no-new-privs", "--pdeathsig=TERM", launcher, "ship"));
        words.addAll(List.of("--to", "kafka://" + shipping.brokers()));
        words.addAll(List.of("--audit-dir", auditDir.toString()));
        words.addAll(List.of("--state-dir", shipping.stateDir().toString()));
        shipping.clientConfig()
                .ifPresent(file -> words.addAll(List.of("--kafka-config", file.toString())));
        return words;
    }
}
