package org.cofferdam.binding.privilege;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel says of each thread of a process, /proc/PID/task/TID/status (proc_pid_status(5)). */
public final class ThreadPrivileges {
    private ThreadPrivileges() {}

    /**
     * What is wrong with the threads of this process: each must be wholly this user, without capabilities that are in
     * force or could come into force, without a way to gain some, and under a filter. Empty if all is well.
     */
    public static List<String> faults(int uid) {
        List<String> faults = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                check(thread, lines(thread.resolve("status")), uid, faults);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the state of this process cannot be read", e);
        }
        return faults;
    }

    /** Empty if the thread has ended. */
    private static List<String> lines(Path status) throws IOException {
        try {
            return Files.readAllLines(status);
        } catch (NoSuchFileException ended) {
            return List.of();
        }
    }

    private static void check(Path thread, List<String> status, int uid, List<String> faults) {
        String four = "\t" + uid;
        expect(thread, status, "Uid:", four.repeat(4), faults);
        if (uid != 0) {
            expect(thread, status, "CapEff:", "\t0000000000000000", faults);
            expect(thread, status, "CapPrm:", "\t0000000000000000", faults);
            expect(thread, status, "CapInh:", "\t0000000000000000", faults);
            expect(thread, status, "CapAmb:", "\t0000000000000000", faults);
        }
        expect(thread, status, "NoNewPrivs:", "\t1", faults);
        expect(thread, status, "Seccomp:", "\t2", faults);
    }

    private static void expect(
            Path thread, List<String> status, String key, String value, List<String> faults) {
        for (String line : status) {
            if (line.startsWith(key) && !line.equals(key + value)) {
                faults.add("thread " + thread.getFileName() + " has " + line.replace('\t', ' '));
            }
        }
    }
}
