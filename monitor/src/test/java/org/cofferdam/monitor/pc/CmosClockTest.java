package org.cofferdam.monitor.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The clock against java.time, in the four formats that register B chooses. */
class CmosClockTest {
    private long now;
    private final CmosClock clock = new CmosClock(() -> now);

    private int cell(int index) {
        clock.writePort(0, 1, index);
        return clock.readPort(1, 1);
    }

    @Test
    void tellsTheTimeInEachFormat() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            // From 1970 to 2106.
            now = random.nextLong(1L << 32);
            LocalDateTime time = LocalDateTime.ofEpochSecond(now, 0, ZoneOffset.UTC);
            int format = random.nextInt(4) << 1;
            clock.writePort(0, 1, 0x0b);
            clock.writePort(1, 1, format);
            assertEquals(format, cell(0x0b));
            boolean binary = (format & 4) != 0;
            assertEquals(time.getSecond(), number(cell(0), binary));
            assertEquals(time.getMinute(), number(cell(2), binary));
            int hour = cell(4);
            if ((format & 2) == 0) {
                int dial = number(hour & 0x7f, binary) % 12;
                hour = dial + ((hour & 0x80) != 0 ? 12 : 0);
            } else {
                hour = number(hour, binary);
            }
            assertEquals(time.getHour(), hour);
            assertEquals(time.getDayOfWeek().getValue() % 7 + 1, number(cell(6), binary));
            assertEquals(time.getDayOfMonth(), number(cell(7), binary));
            assertEquals(time.getMonthValue(), number(cell(8), binary));
            assertEquals(time.getYear() % 100, number(cell(9), binary));
        }
    }

    private static int number(int value, boolean binary) {
        return binary ? value : (value >> 4) * 10 + (value & 0xf);
    }

    @Test
    void isValidAndCannotBeSet() {
        now = 1_000_000_000L;
        assertEquals(0x80, cell(0x0d));
        assertEquals(0, cell(0x0a) & 0x80, "no update is in progress");
        int minutes = cell(2);
        clock.writePort(1, 1, 0x11);
        assertEquals(minutes, cell(2));
        assertEquals(0, cell(0x40));
        assertEquals(0xffff, clock.readPort(0, 2));
    }
}
