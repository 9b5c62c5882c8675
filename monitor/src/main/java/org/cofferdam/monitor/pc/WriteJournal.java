package org.cofferdam.monitor.pc;

import java.util.Arrays;

/**
 * What a domain wrote to the ports of its PC and to the memory of its functions since it began: devices that get it once
 * more are as they were, but for what they told others.
 *
 * <p>One thread at a time.
 */
public final class WriteJournal {
    /** A kernel that boots makes a few thousand; more than this are no boot worth to be kept. */
    public static final int MOST = 65_536;

    private static final int FIRST = 1024;

    private long[] places = new long[FIRST]; // a port, or ~address
    private long[] values = new long[FIRST];
    private byte[] sizes = new byte[FIRST];
    private int count;

    /**
     * The domain wrote to a port.
     *
     * @param size bytes: 1, 2 or 4
     */
    public void wrotePort(int port, int size, int value) {
        note(port, size, value);
    }

    /**
     * The domain wrote to memory of functions.
     *
     * @param gpa not negative
     * @param size bytes: 1 to 8
     */
    public void wroteMemory(long gpa, int size, long value) {
        note(~gpa, size, value);
    }

    private void note(long place, int size, long value) {
        if (count > MOST) {
            return;
        }
        if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
            values = Arrays.copyOf(values, 2 * count);
            sizes = Arrays.copyOf(sizes, 2 * count);
        }
        places[count] = place;
        values[count] = value;
        sizes[count] = (byte) size;
        count++;
    }

    /** Whether it has all writes. */
    public boolean isWhole() {
        return count <= MOST;
    }

    /** Writes it all once more. */
    public void replay(PortBus ports, PciHost pci) {
        for (int i = 0; i < count; i++) {
            if (places[i] >= 0) {
                ports.write((int) places[i], sizes[i], (int) values[i]);
            } else {
                pci.writeMemory(~places[i], sizes[i], values[i]);
            }
        }
    }
}
