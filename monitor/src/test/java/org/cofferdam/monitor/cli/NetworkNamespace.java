package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A network namespace of a test's own with a veth pair w0, w1 in it; gone when closed. */
final class NetworkNamespace implements AutoCloseable {
    private static int last;
    private final String name;

    NetworkNamespace() {
        name = "cofdctl" + ProcessHandle.current().pid() + "n" + ++last;
        Shell.run("ip netns add " + name);
        run("ip link set lo up");
        run("ip link add w0 type veth peer name w1");
    }

    List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Runs a command in it; returns what it printed. */
    String run(String command) {
        return Shell.run("ip netns exec " + name + " " + command);
    }

    @Override
    public void close() {
        Shell.run("ip netns del " + name);
    }

    /** Commands of one line, words between single spaces. */
    static final class Shell {
        private Shell() {}

        static String run(String command) {
            try {
                Process process =
                        new ProcessBuilder(new ArrayList<>(List.of(command.split(" "))))
                                .redirectErrorStream(true)
                                .start();
                String output =
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(command + ": " + output);
                }
                return output;
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(command, e);
            }
        }
    }
}
