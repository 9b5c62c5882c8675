package org.cofferdam.proxy.packetswitch;

/** What is counted for each port beside the verdicts. */
public enum PortCounter {
    /** Frames taken from the port's peer. */
    FRAMES_IN("frames taken from the peer"),
    /** Their bytes. */
    BYTES_IN("bytes taken from the peer"),
    /** Frames given to the port's peer. */
    FRAMES_OUT("frames given to the peer"),
    /** Their bytes. */
    BYTES_OUT("bytes given to the peer"),
    /** Passes in which the port was not looked at because the uplink had no room. */
    HELD_FOR_UPLINK("passes held back: the uplink had no room"),
    /** Passes in which the port was not looked at because the audit ring had no room. */
    HELD_FOR_AUDIT("passes held back: the audit ring had no room");

    private final String sentence;

    PortCounter(String sentence) {
        this.sentence = sentence;
    }

    /** What it counts, in a few words. */
    public String sentence() {
        return sentence;
    }
}
