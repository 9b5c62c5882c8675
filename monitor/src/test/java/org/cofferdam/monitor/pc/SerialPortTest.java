package org.cofferdam.monitor.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The serial port as Linux's 8250 driver meets it, and the lines that come of it. */
class SerialPortTest {
    private final List<String> lines = new ArrayList<>();
    private int edges;
    private final SerialPort port =
            new SerialPort(8, () -> edges++, (line, cut) -> lines.add(cut ? line + " cut" : line));

    private int in(int register) {
        return port.readPort(register, 1);
    }

    private void out(int register, int value) {
        port.writePort(register, 1, value);
    }

    private void print(String text) {
        for (byte octet : text.getBytes(StandardCharsets.ISO_8859_1)) {
            out(0, octet);
        }
    }

    /** The steps that autoconfig of Linux's 8250_port.c takes to tell one chip from another. */
    @Test
    void linuxProbesA16550A() {
        out(1, 0);
        assertEquals(0, in(1) & 0x0f);
        out(1, 0x0f);
        assertEquals(0x0f, in(1) & 0x0f, "an interrupt enable register that keeps its bits");
        out(1, 0);
        out(4, 0x1a);
        assertEquals(0x90, in(6) & 0xf0, "RTS and OUT2 come back as CTS and DCD in loopback");
        out(4, 0);
        out(3, 0xbf);
        out(2, 0);
        out(3, 0);
        out(2, 1);
        assertEquals(0xc0, in(2) & 0xc0, "working FIFOs: not an 8250, 16450 or 16550");
        out(3, 0x80);
        assertNotEquals(0, in(2), "no enhanced features register: not a 16650");
        out(3, 0xbf);
        assertNotEquals(0, in(2), "nor with the other key: not a 16850");
        out(3, 0);
        out(2, 0x21);
        int shallow = in(2) >> 5;
        out(3, 0x80);
        out(2, 0x21);
        assertEquals(shallow, in(2) >> 5, "no deep FIFO behind DLAB: not a 16750");
        out(3, 0);
        out(1, 0x40);
        assertEquals(0, in(1) & 0x40, "no unit enable: not an XScale");
        out(7, 0x5a);
        assertEquals(0x5a, in(7));
        assertEquals(0x60, in(5), "always room");
        // size_fifo: 256 bytes in loopback, then as many as come back.
        out(2, 0x07);
        out(4, 0x10);
        out(3, 0x03);
        for (int i = 0; i < 256; i++) {
            out(0, i);
        }
        int count = 0;
        while (count < 256 && (in(5) & 1) != 0) {
            assertEquals(count, in(0));
            count++;
        }
        assertEquals(16, count, "sixteen bytes of FIFO: not a U6");
        assertEquals(List.of(), lines, "what loops back does not go out");
    }

    /** The two tests of serial8250_do_startup for transmitters whose interrupt cannot be trusted. */
    @Test
    void theTransmitterInterruptIsTrustedByLinux() {
        out(1, 2);
        assertEquals(2, in(2) & 0x0f);
        out(1, 0);
        assertEquals(1, in(2) & 0x0f, "none while it is not enabled");
        out(1, 2);
        assertEquals(2, in(2) & 0x0f, "enabling it again makes it pending again");
        assertEquals(1, in(2) & 0x0f, "and reading took it back");
    }

    @Test
    void interruptDrivenWritesGoOn() {
        out(1, 2);
        assertEquals(1, edges);
        for (int burst = 0; burst < 3; burst++) {
            int before = edges;
            assertEquals(2, in(2) & 0x0f, "the handler finds the transmitter empty");
            out(0, 'x');
            assertTrue(edges > before, "and is called again after it wrote");
        }
        int before = edges;
        out(0, 'x');
        out(0, 'x');
        assertEquals(
                before, edges, "the interrupt is pending still: an edge a byte would be sixteen");
        assertEquals(2, in(2) & 0x0f);
        out(1, 0);
        before = edges;
        out(0, 'x');
        assertEquals(before, edges, "no edge while the interrupt is disabled");
    }

    @Test
    void overrunsAndReceivedBytesComeBeforeTheTransmitter() {
        out(4, 0x10);
        out(1, 0x07);
        out(0, 'a');
        assertEquals(4, in(2));
        out(0, 'b');
        assertEquals(6, in(2), "a second byte overruns what has no FIFO");
        assertEquals(0x63, in(5));
        assertEquals(0x61, in(5), "reading clears the overrun");
        assertEquals('a', in(0));
        assertEquals(2, in(2));
        assertEquals(1, in(2));
    }

    @Test
    void linesArePrintableAndBounded() {
        print("a\tb\r\n\n\u00ff\u001b[0m\n12345678\n123456789abc\nok\nrest");
        assertEquals(
                List.of("a\\x09b", "", "\\xff\\x1b[0m", "12345678", "12345678 cut", "ok"), lines);
        port.flush();
        port.flush();
        assertEquals("rest", lines.getLast());
        assertEquals(7, lines.size());
    }

    @Test
    void theConsoleKeepsItsEndInWholeLines() {
        ConsoleBuffer console = new ConsoleBuffer();
        assertEquals("", console.snapshot());
        for (int i = 0; i < 20_000; i++) {
            console.line("line " + i, i == 19_999);
        }
        assertEquals(List.of("line 19998", "line 19999..."), console.lastLines(2));
        List<String> all = console.snapshot().lines().toList();
        assertTrue(console.snapshot().length() > ConsoleBuffer.BYTES - 20);
        for (int i = 0; i < all.size() - 1; i++) {
            assertEquals("line " + (20_000 - all.size() + i), all.get(i));
        }
        assertEquals(all, console.lastLines(Integer.MAX_VALUE));
        assertEquals(List.of(), console.lastLines(-1));
        console.line("y".repeat(3 * ConsoleBuffer.BYTES), false);
        assertEquals("", console.snapshot(), "a line that does not fit has no beginning here");
    }
}
