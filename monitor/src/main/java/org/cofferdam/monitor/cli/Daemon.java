package org.cofferdam.monitor.cli;

import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.state.ProcessMark;
import org.cofferdam.monitor.state.RunDirectory;

/**
 * Starts the monitor as a daemon: this process's own command line once more, without {@code --detach}, in a session of
 * its own, with standard error in a log file. Returns when the child answers on the control socket; if the child ends
 * before that, its last sentence and its exit code become this command's.
 */
final class Daemon {
    private static final String SETSID = "/usr/bin/setsid";
    private static final String PREFIX = "monitor: ";
    private static final long READY_SECONDS = 60;

    private final Console console;
    private final StartOptions options;

    Daemon(Console console, StartOptions options) {
        this.console = console;
        this.options = options;
    }

    void start() {
        Path runDir = options.runDir();
        RunDirectory.prepare(runDir, line -> {});
        Path log = runDir.resolve(RunDirectory.LOG_NAME);
        Process child;
        long logStart;
        try {
            if (!Files.exists(log)) {
                Files.createFile(
                        log,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            }
            logStart = Files.size(log);
            child =
                    new ProcessBuilder(childCommand())
                            .redirectInput(new File("/dev/null"))
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "the daemon cannot be started ("
                            + e.getMessage()
                            + "); check that setsid (package util-linux) is"
                            + " installed and "
                            + runDir
                            + " can be written",
                    e);
        }
        try {
            awaitReady(child, log, logStart);
        } catch (InterruptedException e) {
            child.destroy();
            Thread.currentThread().interrupt();
            throw OperatorError.failure(
                    "the wait for the daemon was interrupted; it was stopped", e);
        } catch (IOException e) {
            child.destroy();
            throw OperatorError.failure(
                    "the daemon's state cannot be read (" + e.getMessage() + "); it was stopped",
                    e);
        }
        console.say("ready: running as pid " + child.pid() + ", its messages are in " + log);
    }

    /** The words that this process was started with, as the kernel keeps them, with {@code --detach} taken out. */
    private static List<String> childCommand() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(SETSID);
        String words = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        for (String word : words.split("\0", -1)) {
            if (!word.equals("--detach")) {
                command.add(word);
            }
        }
        command.removeLast(); // what follows the last NUL
        command.set(1, ProcessHandle.current().info().command().orElse(command.get(1)));
        return command;
    }

    private void awaitReady(Process child, Path log, long logStart)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + READY_SECONDS * 1_000_000_000;
        while (!child.waitFor(10, TimeUnit.MILLISECONDS)) {
            if (holdsRunDirectory(child) && answers()) {
                return;
            }
            if (System.nanoTime() > until) {
                child.destroy();
                throw OperatorError.failure(
                        "the daemon was not ready within "
                                + READY_SECONDS
                                + " s and was stopped; its messages are in "
                                + log,
                        null);
            }
        }
        throw new OperatorError(exitCode(child.exitValue()), lastSentence(log, logStart));
    }

    /** Whether the socket, if it answers, is the child's and not an earlier monitor's. */
    private boolean holdsRunDirectory(Process child) throws IOException {
        long holder = RunDirectory.mark(options.runDir()).map(ProcessMark::pid).orElse(0L);
        return holder == child.pid()
                || ProcessHandle.of(holder)
                        .flatMap(ProcessHandle::parent)
                        .filter(starter -> starter.pid() == child.pid())
                        .isPresent();
    }

    private boolean answers() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(options.socket()));
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String lastSentence(Path log, long from) throws IOException {
        String all = Files.readString(log, StandardCharsets.UTF_8);
        String fresh = all.length() > from ? all.substring((int) from) : "";
        return fresh.lines()
                .filter(line -> line.startsWith(PREFIX))
                .reduce((first, second) -> second)
                .map(line -> line.substring(PREFIX.length()))
                .orElse("the daemon ended without a word; its log is " + log);
    }

    private static ExitCode exitCode(int code) {
        for (ExitCode known : ExitCode.values()) {
            if (known.code() == code && known != ExitCode.OK) {
                return known;
            }
        }
        return ExitCode.FAILURE;
    }
}
