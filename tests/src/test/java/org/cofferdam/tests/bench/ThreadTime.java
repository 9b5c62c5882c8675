package org.cofferdam.tests.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Processor time of this process, or of one of its threads, in ns: the first number of proc(5) schedstat. */
final class ThreadTime {
    private static final Path TASKS = Path.of("/proc/self/task");

    private ThreadTime() {}

    /** Of all threads that live. */
    static long all() throws IOException {
        return sum("");
    }

    /** Of the threads of a name, of which the kernel keeps 15 characters. */
    static long of(String name) throws IOException {
        return sum(name);
    }

    private static long sum(String name) throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                try {
                    if (name.isEmpty()
                            || Files.readString(task.resolve("comm")).strip().equals(name)) {
                        String stat = Files.readString(task.resolve("schedstat"));
                        sum += Long.parseLong(stat.substring(0, stat.indexOf(' ')));
                    }
                } catch (NoSuchFileException ended) {
                    // With it went its time.
                }
            }
        }
        return sum;
    }
}
