package org.cofferdam.audit.format;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** tests/format/check_format.py, which was written from FORMAT.md and shares no code with our reader. */
final class SecondReader {
    static final Path SCRIPT = Path.of("..", "tests", "format", "check_format.py");

    /**
     * What it said.
     *
     * @param code its exit code: 0 whole, 1 something is wrong
     * @param out what it printed
     * @param errors one line for each finding
     */
    record Answer(int code, String out, String errors) {}

    private SecondReader() {}

    /** Lets it read several logs, one line for each. */
    static Answer read(List<Path> directories) throws IOException, InterruptedException {
        String[] others =
                directories.stream()
                        .limit(directories.size() - 1L)
                        .map(Path::toString)
                        .toArray(String[]::new);
        return read(directories.getLast(), others);
    }

    /** Lets it read a log. */
    static Answer read(Path directory, String... options) throws IOException, InterruptedException {
        assumeTrue(python("-c", "").code() == 0, "there is no python3; ops/setup installs it");
        List<String> arguments = new ArrayList<>(List.of(SCRIPT.toString()));
        arguments.addAll(List.of(options));
        arguments.add(directory.toString());
        return python(arguments.toArray(String[]::new));
    }

    private static Answer python(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("python3"));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("check", ".out");
        Path errors = Files.createTempFile("check", ".err");
        try {
            Process process;
            try {
                process =
                        new ProcessBuilder(command)
                                .redirectOutput(out.toFile())
                                .redirectError(errors.toFile())
                                .start();
            } catch (IOException e) {
                return new Answer(127, "", e.toString());
            }
            int code = process.waitFor();
            return new Answer(code, Files.readString(out), Files.readString(errors));
        } finally {
            Files.delete(out);
            Files.delete(errors);
        }
    }
}
