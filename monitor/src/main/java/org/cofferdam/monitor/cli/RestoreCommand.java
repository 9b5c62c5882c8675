package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.control.SocketFile;
import org.cofferdam.monitor.state.Cleanup;
import org.cofferdam.monitor.state.RunDirectory;

/**
 * {@code monitor internal restore RUN_DIR SOCKET WAIT_STATUS}: what the starter runs, as root, when its monitor has
 * ended. It is none of the commands that help shows.
 */
final class RestoreCommand {
    static final String FIRST_WORD = "internal";
    static final String SECOND_WORD = "restore";

    private RestoreCommand() {}

    static int run(String[] args, Console console) {
        try {
            if (args.length != 5 || !args[1].equals(SECOND_WORD)) {
                throw OperatorError.usage("this command is the starter's; see 'monitor --help'");
            }
            boolean orderly = args[4].equals("0");
            Cleanup cleanup = RunDirectory.restore(Path.of(args[2]), orderly, line -> {});
            if (cleanup.wasNeeded()) {
                SocketFile.removeDead(Path.of(args[3]));
                if (!orderly || !cleanup.left().isEmpty()) {
                    console.say(cleanup.sentence());
                }
            }
            return ExitCode.OK.code();
        } catch (IOException | RuntimeException e) {
            OperatorError error = CommandLineFront.asOperatorError(e);
            console.say(error.sentence());
            return error.exitCode().code();
        }
    }
}
