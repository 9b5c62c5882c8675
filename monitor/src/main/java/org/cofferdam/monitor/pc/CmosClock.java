package org.cofferdam.monitor.pc;

import java.util.function.LongSupplier;

/**
 * The clock of an MC146818: two ports, index and data. It tells the time as register B asks for it (binary or BCD, 24
 * or 12 hours) and cannot be set; it has no alarm and no memory, so other cells read as 0.
 *
 * <p>The vCPU's thread only.
 */
public final class CmosClock implements PortDevice {
    /** Its first port. */
    public static final int FIRST_PORT = 0x70;

    /** Ports that it takes. */
    public static final int PORTS = 2;

    private static final int SECONDS = 0;
    private static final int MINUTES = 2;
    private static final int HOURS = 4;
    private static final int DAY_OF_WEEK = 6;
    private static final int DAY_OF_MONTH = 7;
    private static final int MONTH = 8;
    private static final int YEAR = 9;
    private static final int REGISTER_A = 0x0a;
    private static final int REGISTER_B = 0x0b;
    private static final int REGISTER_D = 0x0d;

    /** The time base of 32768 Hz and a rate of 1024 Hz; no update is ever in progress. */
    private static final int A_AFTER_RESET = 0x26;

    private static final int B_24_HOURS = 1 << 1;
    private static final int B_BINARY = 1 << 2;

    /** What a driver may keep in register B: its formats. Interrupts that never come cannot be enabled. */
    private static final int B_KEPT = 0x87;

    private static final int D_VALID = 1 << 7;
    private static final int AFTERNOON = 1 << 7;

    private final LongSupplier now;
    private int index;
    private int registerB = B_24_HOURS;

    /**
     * @param now seconds since 1970-01-01T00:00:00Z
     */
    public CmosClock(LongSupplier now) {
        this.now = now;
    }

    @Override
    public int readPort(int offset, int size) {
        // The index register is for writing only.
        return size == 1 && offset == 1 ? cell() : BusWidth.ones(size);
    }

    @Override
    public void writePort(int offset, int size, int value) {
        if (size != 1) {
            return;
        }
        if (offset == 0) {
            // The top bit of this port masks the NMI on a PC.
            index = value & 0x7f;
        } else if (offset == 1 && index == REGISTER_B) {
            registerB = value & B_KEPT;
        }
    }

    private int cell() {
        long seconds = now.getAsLong();
        int inDay = (int) Math.floorMod(seconds, 86400L);
        long day = Math.floorDiv(seconds, 86400L);
        return switch (index) {
            case SECONDS -> number(inDay % 60);
            case MINUTES -> number(inDay / 60 % 60);
            case HOURS -> hours(inDay / 3600);
            // Sunday is 1; 1970 began with a Thursday.
            case DAY_OF_WEEK -> number((int) Math.floorMod(day + 4, 7L) + 1);
            case DAY_OF_MONTH -> number(date(day) & 0xff);
            case MONTH -> number(date(day) >> 8 & 0xff);
            case YEAR -> number(date(day) >> 16);
            case REGISTER_A -> A_AFTER_RESET;
            case REGISTER_B -> registerB;
            case REGISTER_D -> D_VALID;
            default -> 0;
        };
    }

    private int hours(int hour) {
        if ((registerB & B_24_HOURS) != 0) {
            return number(hour);
        }
        int onDial = hour % 12 == 0 ? 12 : hour % 12;
        return number(onDial) | (hour >= 12 ? AFTERNOON : 0);
    }

    private int number(int value) {
        return (registerB & B_BINARY) != 0 ? value : ((value / 10) << 4) | (value % 10);
    }

    /**
     * The day of the month in bits 7:0, the month in bits 15:8, the year of the century above: the Gregorian calendar
     * counted in eras of 400 years that begin on 1 March, so that a leap day is the last of its year.
     */
    private static int date(long day) {
        long sinceMarch0000 = day + 719468;
        int inEra = (int) Math.floorMod(sinceMarch0000, 146097L);
        int yearInEra = (inEra - inEra / 1460 + inEra / 36524 - inEra / 146096) / 365;
        int inYear = inEra - (365 * yearInEra + yearInEra / 4 - yearInEra / 100);
        int monthFromMarch = (5 * inYear + 2) / 153;
        int dayOfMonth = inYear - (153 * monthFromMarch + 2) / 5 + 1;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        // 400 years are whole centuries, so the era does not matter.
        int year = (yearInEra + (month <= 2 ? 1 : 0)) % 100;
        return year << 16 | month << 8 | dayOfMonth;
    }
}
