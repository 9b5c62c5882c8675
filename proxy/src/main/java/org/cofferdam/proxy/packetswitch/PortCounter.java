package org.cofferdam.proxy.packetswitch;

/** What is counted for each port beside the verdicts. */
public enum PortCounter {
    /** Frames taken from the port's peer. */
    FRAMES_IN(0, "frames taken from the peer"),
    /** Their bytes. */
    BYTES_IN(1, "bytes taken from the peer"),
    /** Frames given to the port's peer. */
    FRAMES_OUT(2, "frames given to the peer"),
    /** Their bytes. */
    BYTES_OUT(3, "bytes given to the peer"),
    /** Passes in which the port was not looked at because the uplink had no room. */
    HELD_FOR_UPLINK(4, "passes held back: the uplink had no room"),
    /** Passes in which the port was not looked at because the audit ring had no room. */
    HELD_FOR_AUDIT(5, "passes held back: the audit ring had no room"),
    /** Groups that the peer wanted to hear and that it has too many for. */
    GROUPS_REFUSED(6, "multicast groups refused: the peer listens to too many");

    private final int index;
    private final String sentence;

    PortCounter(int index, String sentence) {
        this.index = index;
        this.sentence = sentence;
    }

    /** Its place among a port's counters. */
    int index() {
        return index;
    }

    /** What it counts, in a few words. */
    public String sentence() {
        return sentence;
    }
}
