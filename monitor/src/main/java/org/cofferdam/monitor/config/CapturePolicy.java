package org.cofferdam.monitor.config;

/** What operators may take of the frames that pass: a capture shows what people send to each other. */
public enum CapturePolicy {
    /** No capture at all. */
    DENY(0),
    /**
     * The first 96 bytes of a frame: Ethernet, IP and TCP headers with the usual options. Of a small packet they are all
     * of it.
     */
    HEADERS(96),
    /** Whole frames, segments of an offload included. */
    FULL(65_550);

    private final int mostBytes;

    CapturePolicy(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Most bytes of a frame. */
    public int mostBytes() {
        return mostBytes;
    }
}
