package org.cofferdam.libos.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs the programs that make an image, each to its end. */
final class Tools {
    private Tools() {}

    /**
     * Runs one; its output is in the exception when it fails.
     *
     * @param what for messages
     */
    static void run(String what, List<String> command) throws ImageException, IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new ImageException(
                    ImageException.Kind.ENVIRONMENT, what + " cannot be run: " + e.getMessage());
        }
        process.getOutputStream().close();
        String said;
        int exit;
        try {
            said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            exit = process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new ImageException(ImageException.Kind.FAILURE, what + " was interrupted");
        }
        if (exit != 0) {
            throw new ImageException(
                    ImageException.Kind.FAILURE, what + " failed (" + exit + "): " + said.strip());
        }
    }

    /** A tool of a JDK. */
    static String ofJdk(Path jdk, String name) throws ImageException {
        Path tool = jdk.resolve("bin").resolve(name);
        if (!Files.isExecutable(tool)) {
            throw new ImageException(
                    ImageException.Kind.ENVIRONMENT,
                    "there is no "
                            + tool
                            + ": this runtime is no JDK; set JAVA_HOME to a JDK 25, such as one that 'apt-get install"
                            + " temurin-25-jdk' installs");
        }
        return tool.toString();
    }
}
