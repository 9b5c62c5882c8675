package org.cofferdam.audit.read;

import java.util.Map;
import java.util.TreeMap;

/** The packets of a burst record. */
public final class Burst {
    private final int port;
    private final int queue;
    private final long bytes;
    private final int[] lengths;
    private final byte[] verdicts;

    Burst(int port, int queue, long bytes, int[] lengths, byte[] verdicts) {
        this.port = port;
        this.queue = queue;
        this.bytes = bytes;
        this.lengths = lengths;
        this.verdicts = verdicts;
    }

    /** The switch port. */
    public int port() {
        return port;
    }

    /** The port's queue. */
    public int queue() {
        return queue;
    }

    /** How many packets. */
    public int packets() {
        return lengths.length;
    }

    /** Bytes of all of them, exact. */
    public long bytes() {
        return bytes;
    }

    /** Bytes of packet {@code i}; 65535 stands for that or more. */
    public int length(int i) {
        return lengths[i];
    }

    /** The verdict's code on packet {@code i}, 0 to 255. */
    public int verdict(int i) {
        return verdicts[i] & 0xff;
    }

    /** Packets by verdict code. */
    public Map<Integer, Integer> byVerdict() {
        Map<Integer, Integer> counts = new TreeMap<>();
        for (byte v : verdicts) {
            counts.merge(v & 0xff, 1, Integer::sum);
        }
        return counts;
    }
}
