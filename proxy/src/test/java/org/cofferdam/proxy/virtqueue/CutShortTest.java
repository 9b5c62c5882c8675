package org.cofferdam.proxy.virtqueue;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that cuts its memory short before any of our code was compiled ends its own queue and not our process. */
final class CutShortTest {

    /** In a JVM of its own, so that nothing is compiled that other tests have run, and its end is seen. */
    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-Xcomp"})
    void noAccessOfAQueueEndsTheProcess(String mode) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                mode,
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:ErrorFile=/dev/null",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CutShort.class.getName())
                        .redirectErrorStream(true)
                        .start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
        int code = process.waitFor();
        assertAll(
                () -> assertEquals(0, code, lines::toString),
                () -> assertTrue(lines.contains("the end"), lines::toString),
                () ->
                        assertFalse(
                                lines.stream().anyMatch(l -> l.startsWith("nothing came of")),
                                lines::toString),
                () -> assertEquals(18, lines.size(), lines::toString));
    }
}
