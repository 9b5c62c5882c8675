package org.cofferdam.monitor.card;

import java.util.Arrays;

/**
 * The statistics registers, 0x4000 to 0x412f (DS 10.2.7, SDM 13.7): each counts up, sticks at its highest
 * value, and is cleared by a load. The byte counters are pairs of 64 bits, which the load of the upper half
 * clears. Those without a name here stay zero, as on a link without errors.
 */
final class Statistics {
    /** Missed: no room for a frame that was meant for the card. */
    static final int MPC = 0x4010;

    private static final int PRC64 = 0x405c; // six classes up to PRC1522
    private static final int GPRC = 0x4074;
    private static final int BPRC = 0x4078;
    private static final int MPRC = 0x407c;
    private static final int GPTC = 0x4080;
    private static final int GORCL = 0x4088;
    private static final int GOTCL = 0x4090;

    /** A frame waited because the ring had no buffer. */
    static final int RNBC = 0x40a0;

    /** Longer than the card takes. */
    static final int ROC = 0x40ac;

    private static final int TORL = 0x40c0;
    private static final int TOTL = 0x40c8;
    private static final int TPR = 0x40d0;
    private static final int TPT = 0x40d4;
    private static final int PTC64 = 0x40d8; // six classes up to PTC1522
    private static final int MPTC = 0x40f0;
    private static final int BPTC = 0x40f4;

    /** Segmentation contexts sent. */
    static final int TSCTC = 0x40f8;

    /** Segmentation contexts that failed. */
    static final int TSCTFC = 0x40fc;

    private static final int FCS_BYTES = 4;

    private final int[] counters = new int[(Registers.STATISTICS_END - Registers.STATISTICS) / 4];
    private final long[] octets = new long[counters.length];

    void reset() {
        Arrays.fill(counters, 0);
        Arrays.fill(octets, 0);
    }

    /** Adds to a 32-bit counter, which sticks at all ones. */
    void add(int register, long n) {
        int i = index(register);
        counters[i] = (int) Math.min(Integer.toUnsignedLong(counters[i]) + n, 0xffff_ffffL);
    }

    /** Any frame on the wire: {@code bytes} without FCS. */
    void seen(int bytes) {
        add(TPR, 1);
        addOctets(TORL, bytes);
    }

    /** A frame that passed the filter and went to memory. */
    void received(int bytes, long destination) {
        add(GPRC, 1);
        addOctets(GORCL, bytes);
        add(PRC64 + sizeClass(bytes), 1);
        if (destination == MacFilter.BROADCAST) {
            add(BPRC, 1);
        } else if (MacFilter.isMulticast(destination)) {
            add(MPRC, 1);
        }
    }

    /** A frame that left. */
    void sent(int bytes, long destination) {
        add(TPT, 1);
        addOctets(TOTL, bytes);
        add(GPTC, 1);
        addOctets(GOTCL, bytes);
        add(PTC64 + sizeClass(bytes), 1);
        if (destination == MacFilter.BROADCAST) {
            add(BPTC, 1);
        } else if (MacFilter.isMulticast(destination)) {
            add(MPTC, 1);
        }
    }

    /** A load of a register of this block; clears it. */
    int read(int register) {
        return switch (register) {
            case GORCL, GOTCL, TORL, TOTL -> (int) octets[index(register)];
            case GORCL + 4, GOTCL + 4, TORL + 4, TOTL + 4 -> {
                int i = index(register - 4);
                int high = (int) (octets[i] >>> 32);
                octets[i] = 0;
                yield high;
            }
            default -> {
                int i = index(register);
                int value = counters[i];
                counters[i] = 0;
                yield value;
            }
        };
    }

    private void addOctets(int register, int bytes) {
        // 64 bits of octets do not come round in the life of a card.
        octets[index(register)] += bytes + FCS_BYTES;
    }

    private static int index(int register) {
        return (register - Registers.STATISTICS) >> 2;
    }

    /** Offset of the counter of a frame's length class: 64, 65-127, 128-255, 256-511, 512-1023, longer. */
    private static int sizeClass(int bytes) {
        int onWire = bytes + FCS_BYTES;
        if (onWire <= 64) {
            return 0;
        }
        // 65..127 -> 1, 128..255 -> 2, ... 1024 and more -> 5
        return 4 * Math.min(5, 26 - Integer.numberOfLeadingZeros(onWire));
    }
}
