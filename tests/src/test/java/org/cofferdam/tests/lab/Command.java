package org.cofferdam.tests.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A command line that can be run, to its end or in the background. */
public record Command(List<String> words) {
    private static final Duration LIMIT = Patience.of(Duration.ofSeconds(60));

    /**
     * How a command ended.
     *
     * @param exit the exit code
     * @param out its standard output
     * @param err its standard error
     */
    public record Result(List<String> words, int exit, String out, String err) {
        /** This result, if the command went well; else a failure that shows all of it. */
        public Result orFail() {
            if (exit != 0) {
                throw new AssertionError(this.toString());
            }
            return this;
        }

        @Override
        public String toString() {
            return String.join(" ", words)
                    + "\nexit "
                    + exit
                    + "\n-- output:\n"
                    + out
                    + "\n-- error:\n"
                    + err;
        }
    }

    public Command {
        words = List.copyOf(words);
    }

    public static Command of(String... words) {
        return new Command(Arrays.asList(words));
    }

    /** The same command with more arguments. */
    public Command with(String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(Arrays.asList(more));
        return new Command(all);
    }

    /** Runs it to its end; one that takes longer than a minute is ended and fails the test. */
    public Result run() {
        return run(LIMIT);
    }

    /** The same with another limit. */
    public Result run(Duration limit) {
        Process process = start();
        CompletableFuture<String> out = read(process.getInputStream());
        CompletableFuture<String> err = read(process.getErrorStream());
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "did not end within " + limit + ": " + String.join(" ", words));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted: " + String.join(" ", words), e);
        }
        return new Result(words, process.exitValue(), out.join(), err.join());
    }

    /** Starts it in the background, its output to pipes. Who starts it ends it. */
    public Process start() {
        try {
            Process process = new ProcessBuilder(words).start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + String.join(" ", words), e);
        }
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }
}
