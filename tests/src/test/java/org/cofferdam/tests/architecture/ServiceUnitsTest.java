package org.cofferdam.tests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.cofferdam.tests.lab.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The units of ops/systemd are as systemd wants them, and leave little of the machine to each service. */
final class ServiceUnitsTest {
    /**
     * Each unit, and ten times the exposure that it may have in the eyes of systemd: 100 is a service that may do all. The
     * monitor's starter takes cards and interfaces, so it keeps more.
     */
    private static final Map<String, Integer> EXPOSURE =
            Map.of(
                    "cofferdam-monitor.service", 50,
                    "cofferdam-shipper.service", 20,
                    "cofferdam-detector.service", 10);

    @TempDir private Path folder;

    private Path unit(String name) throws IOException {
        String text = Files.readString(SourceTree.root().resolve("ops/systemd").resolve(name));
        Path copy = folder.resolve(name);
        // It is there on every machine, and the command is not.
        Files.writeString(copy, text.replace("/usr/local/bin/monitor", "/bin/true"));
        return copy;
    }

    @Test
    void systemdTakesThemAndFindsThemHardened() throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/systemd-analyze")),
                "there is no systemd-analyze; the package systemd has it");
        for (Map.Entry<String, Integer> e : EXPOSURE.entrySet()) {
            Path unit = unit(e.getKey());
            Command.Result verified =
                    Command.of("systemd-analyze", "--man=no", "verify", unit.toString()).run();
            assertEquals(0, verified.exit(), verified.toString());
            assertEquals("", verified.err().replaceAll("(?m)^.*Documentation.*\n?", ""));
            Command.Result judged =
                    Command.of(
                                    "systemd-analyze",
                                    "--no-pager",
                                    "security",
                                    "--offline=true",
                                    "--threshold=" + e.getValue(),
                                    unit.toString())
                            .run();
            assertEquals(0, judged.exit(), judged.toString());
        }
    }

    @Test
    void eachRestartsOnFailureAndGainsNoPrivileges() throws IOException {
        for (String name : EXPOSURE.keySet()) {
            String text = Files.readString(unit(name));
            for (String line :
                    new String[] {
                        "Restart=on-failure", "NoNewPrivileges=yes", "ProtectSystem=strict"
                    }) {
                assertTrue(text.contains("\n" + line + "\n"), name + ": " + line);
            }
        }
    }
}
