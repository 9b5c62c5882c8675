package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody looks at what is printed. */
final class Terminal {
    static final int STDOUT = 1;
    static final int STDERR = 2;

    private Terminal() {}

    /** Whether a descriptor of this process is a terminal. Java's own answer is about input and output together. */
    static boolean isTerminal(int descriptor) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether to print in colour: on a terminal that can, unless the environment says NO_COLOR. */
    static boolean wantsColour() {
        String no = System.getenv("NO_COLOR");
        return isTerminal(STDOUT)
                && (no == null || no.isEmpty())
                && !"dumb".equals(System.getenv("TERM"));
    }
}
