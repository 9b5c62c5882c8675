package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Finds the process that has a VFIO group open, by the links in /proc/PID/fd. Processes of other users stay unseen unless
 * root looks.
 */
final class CardHolders {
    private static final String OWN_DEVICE = "anon_inode:[vfio-device]";

    private final Path proc;

    CardHolders(KernelFiles files) {
        this.proc = files.proc();
    }

    /** The pid of a process that holds the group. */
    OptionalLong ofGroup(int group) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                String pid = process.getFileName().toString();
                if (pid.matches("[0-9]{1,10}")
                        && holds(process.resolve("fd"), "/dev/vfio/" + group)) {
                    return OptionalLong.of(Long.parseLong(pid));
                }
            }
        } catch (IOException cannotTell) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }

    /** Whether this process itself has a VFIO device open. A monitor has at most the one of its card. */
    boolean isSelf() {
        return holds(proc.resolve("self/fd"), OWN_DEVICE);
    }

    private static boolean holds(Path descriptors, String target) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                if (pointsTo(link, target)) {
                    return true;
                }
            }
        } catch (IOException endedOrNotOurs) {
            return false;
        }
        return false;
    }

    private static boolean pointsTo(Path link, String target) {
        try {
            return Files.readSymbolicLink(link).toString().equals(target);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
