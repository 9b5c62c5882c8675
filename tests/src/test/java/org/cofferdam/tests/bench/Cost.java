package org.cofferdam.tests.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What processes use of the processor, and how often their threads sleep, from one moment to another. */
final class Cost {
    /** proc(5) counts in these. */
    private static final int TICK_MILLIS = 10;

    private final List<String> processes;
    private final long[] millis;
    private final long[] sleeps;

    /** The cost of processes by their ids; one may be "self". */
    Cost(List<String> processes) {
        this.processes = processes;
        this.millis = new long[processes.size()];
        this.sleeps = new long[processes.size()];
    }

    void begin() throws IOException {
        add(-1);
    }

    void end() throws IOException {
        add(1);
    }

    private void add(int sign) throws IOException {
        for (int i = 0; i < millis.length; i++) {
            millis[i] += sign * millis(processes.get(i));
            sleeps[i] += sign * sleeps(processes.get(i));
        }
    }

    /** Fields 14 and 15 of proc(5) stat; the second may have spaces and ends with the last bracket. */
    private static long millis(String process) throws IOException {
        String stat = Files.readString(Path.of("/proc", process, "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MILLIS;
    }

    private static long sleeps(String process) throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(Path.of("/proc", process, "task"))) {
            for (Path task : tasks) {
                try {
                    for (String line : Files.readAllLines(task.resolve("status"))) {
                        if (line.startsWith("voluntary_ctxt_switches:")) {
                            sum += Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
                        }
                    }
                } catch (NoSuchFileException ended) {
                    // With it went its count.
                }
            }
        }
        return sum;
    }

    /** A blank, the milliseconds, a blank and the sleeps, for each process. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < millis.length; i++) {
            text.append(' ').append(millis[i]).append(' ').append(sleeps[i]);
        }
        return text.toString();
    }
}
