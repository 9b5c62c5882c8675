package org.cofferdam.monitor.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofferdam.monitor.vfio.PassedInterrupts.Arrivals;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PassedInterruptsTest {
    private static final String CARD = "0000:03:00.0";
    private static final long SECOND = 1_000_000_000L;

    private final PassedInterrupts interrupts = new PassedInterrupts(CARD);
    private long now = System.nanoTime();

    @AfterEach
    void close() {
        interrupts.close();
    }

    /** As kernel 6.12 writes it for two processors: a message, a line, another card, and what is no card's. */
    private static String table(long first, long second) {
        return """
                           CPU0       CPU1
                  4:         11          0  IO-APIC   4-edge      ttyS0
                 16:          5          7  IO-APIC  16-fasteoi   vfio-intx(0000:03:00.0), uhci_hcd:usb1
                 28: %10d %10d IR-PCI-MSI-0000:03:00.0    0-edge      vfio-msi[0](0000:03:00.0)
                 29:       1000       2000 IR-PCI-MSI-0000:13:00.0    0-edge      vfio-msi[0](0000:13:00.0)
                NMI:          0          0   Non-maskable interrupts
                ERR:          0
                """
                .formatted(first, second);
    }

    private Arrivals after(long nanos, String table) {
        now += nanos;
        return interrupts.arrivals(table, now);
    }

    @Test
    void theCardsOwnLinesAreSummedOverAllProcessors() {
        assertEquals(5 + 7 + 300 + 4, PassedInterrupts.count(table(300, 4), '(' + CARD + ')'));
        assertEquals(3000, PassedInterrupts.count(table(300, 4), "(0000:13:00.0)"));
        assertEquals(0, PassedInterrupts.count(table(300, 4), "(0000:33:00.0)"));
    }

    @Test
    void aTableOfNothingHasNone() {
        assertEquals(0, PassedInterrupts.count("", '(' + CARD + ')'));
        assertEquals(0, PassedInterrupts.count("\n\n", '(' + CARD + ')'));
    }

    @Test
    void whatCameIsWhatIsMoreThanTheLastTime() {
        after(SECOND, table(100, 0));
        assertEquals(new Arrivals(60, 60), after(SECOND, table(150, 10)));
        assertEquals(new Arrivals(0, 0), after(SECOND, table(150, 10)));
    }

    @Test
    void aCountThatBeganAfreshIsCountedFromNothing() {
        after(SECOND, table(1000, 1000));
        assertEquals(8 + 12, after(SECOND, table(8, 0)).count());
    }

    @Test
    void onlyMoreThanTheMostInASecondIsAStorm() {
        after(SECOND, table(0, 0));
        assertFalse(after(SECOND, table(PassedInterrupts.MOST_A_SECOND, 0)).isStorm());
        assertTrue(
                after(
                                SECOND,
                                table(
                                        PassedInterrupts.MOST_A_SECOND,
                                        PassedInterrupts.MOST_A_SECOND + 1))
                        .isStorm());
    }

    @Test
    void aLongTimeDoesNotMakeAStormNorAShortOne() {
        after(SECOND, table(0, 0));
        assertFalse(after(10 * SECOND, table(2 * PassedInterrupts.MOST_A_SECOND, 0)).isStorm());
        assertFalse(
                after(SECOND / 1000, table(2 * PassedInterrupts.MOST_A_SECOND, 1000)).isStorm());
    }

    @Test
    void theKernelsTableIsReadWholeHoweverLong() throws IOException {
        try (PassedInterrupts small = new PassedInterrupts(CARD, 16)) {
            assertEquals(
                    labels(Files.readString(Path.of("/proc/interrupts"))), labels(small.read()));
        }
    }

    /** What the lines begin with; the counts go on meanwhile. */
    private static List<String> labels(String table) {
        return table.lines().map(line -> line.strip().split(" ", 2)[0]).toList();
    }
}
