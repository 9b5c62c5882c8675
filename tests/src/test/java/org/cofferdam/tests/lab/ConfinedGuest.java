package org.cofferdam.tests.lab;

import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;

/** Guests as {@code ops/libos run} starts them. */
public final class ConfinedGuest {
    private ConfinedGuest() {}

    /**
     * The command line that runs a program as a guest of a monitor.
     *
     * @param ip of the guest, without its prefix
     * @param words options of {@code libos run}, then {@code --} and the program
     */
    public static Command run(RunningPlace place, String port, String ip, String... words) {
        return run(place.network(), place.monitor(), port, ip, words);
    }

    /** The same for a monitor that is not the place's own. */
    public static Command run(
            NetworkNamespaces network,
            RunningMonitor monitor,
            String port,
            String ip,
            String... words) {
        return network.in(
                        Namespace.HOST,
                        SourceTree.root().resolve("ops/libos").toString(),
                        "run",
                        "--attach",
                        monitor.runDir().resolve("guests").resolve(port).toString(),
                        "--ip",
                        ip + "/24")
                .with(words);
    }

    /** The jar of the examples. */
    public static String examples() {
        return SourceTree.root()
                .resolve("libos-guests/examples/target/examples-0.1.0-SNAPSHOT.jar")
                .toString();
    }

    /** The class path of the programs in {@code org.cofferdam.tests.guest}. */
    public static String programs() {
        return SourceTree.root().resolve("tests/target/test-classes").toString();
    }
}
