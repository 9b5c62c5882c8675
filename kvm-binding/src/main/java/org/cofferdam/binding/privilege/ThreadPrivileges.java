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
    /** linux/sched.h: flags are the ninth field of proc_pid_stat(5). */
    private static final long PF_USER_WORKER = 0x4000;

    private ThreadPrivileges() {}

    /**
     * What is wrong with the threads of this process: each must be wholly this user, without capabilities that are in
     * force or could come into force, without a way to gain some, and under a filter. Empty if all is well.
     */
    public static List<String> faults(int uid) {
        List<String> faults = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                if (!isKernelWorker(thread)) {
                    check(thread, lines(thread.resolve("status")), uid, faults);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the state of this process cannot be read", e);
        }
        return faults;
    }

    /**
     * Whether it is one of the kernel's own workers, which KVM keeps in the process of a virtual machine's maker. It never
     * runs code of the process, and keeps the credentials that it was made with.
     */
    private static boolean isKernelWorker(Path thread) throws IOException {
        List<String> stat = lines(thread.resolve("stat"));
        if (stat.isEmpty()) {
            return false;
        }
        String text = stat.getFirst();
        String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[6]) & PF_USER_WORKER) != 0;
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
