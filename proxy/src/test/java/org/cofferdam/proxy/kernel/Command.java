package org.cofferdam.proxy.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a command and wants it to succeed. */
public final class Command {
    private Command() {}

    /** What it wrote; throws if it ends with anything but 0. */
    static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with " + code + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The words of one line as a command. */
    public static String line(String command) {
        return run(List.of(command.split(" ")).toArray(String[]::new));
    }

    /** Its exit code, whatever it is. */
    static int code(String command) {
        try {
            return new ProcessBuilder(command.split(" "))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
