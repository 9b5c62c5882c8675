package org.cofferdam.monitor.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process so named that the name cannot come to mean another one: pids are used again, the pair of pid and start time
 * is not.
 *
 * @param startTicks clock ticks since boot at which it started, field 22 of /proc/PID/stat (proc(5))
 */
public record ProcessMark(long pid, long startTicks) {
    /** The process that runs this. */
    public static ProcessMark self() {
        long pid = ProcessHandle.current().pid();
        return of(pid).orElseThrow(
                        () -> new IllegalStateException("/proc/" + pid + "/stat cannot be read"));
    }

    /** The process with this pid, if one lives; a zombie, which holds nothing any more, does not count. */
    public static Optional<ProcessMark> of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The second field is the command in brackets and may contain anything; count from its
            // last bracket.
            String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            if (rest[0].equals("Z") || rest[0].equals("X")) {
                return Optional.empty();
            }
            return Optional.of(new ProcessMark(pid, Long.parseLong(rest[19])));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException | RuntimeException unreadable) {
            return Optional.empty(); // it ended between open and read
        }
    }

    public boolean isAlive() {
        return of(pid).equals(Optional.of(this));
    }

    /** The form in the pid file. */
    @Override
    public String toString() {
        return pid + " " + startTicks;
    }

    static Optional<ProcessMark> parse(String text) {
        String line = text.strip();
        if (!line.matches("[0-9]{1,10} [0-9]{1,18}")) {
            return Optional.empty();
        }
        int space = line.indexOf(' ');
        return Optional.of(
                new ProcessMark(
                        Long.parseLong(line.substring(0, space)),
                        Long.parseLong(line.substring(space + 1))));
    }
}
