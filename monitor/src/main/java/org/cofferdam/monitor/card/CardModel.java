package org.cofferdam.monitor.card;

import java.util.Arrays;
import java.util.Optional;

/** The cards that the monitor can emulate or assign, and in which facts they differ. */
public enum CardModel {
    /** PCI Express, driven by e1000e; DS. */
    I82574L("82574L", 0x10d3, 9234, 0x0141_0cb1),
    /** PCI, driven by e1000; SDM. */
    I82540EM("82540EM", 0x100e, 16288, 0x0141_0c20);

    /** PCI vendor of both: Intel. */
    public static final int VENDOR = 0x8086;

    private final String title;
    private final int deviceId;
    private final int longestFrame;
    private final int phyId;

    CardModel(String title, int deviceId, int longestFrame, int phyId) {
        this.title = title;
        this.deviceId = deviceId;
        this.longestFrame = longestFrame;
        this.phyId = phyId;
    }

    /** The model with these PCI ids, or empty if no driver here runs it. */
    public static Optional<CardModel> of(int vendor, int device) {
        return Arrays.stream(values())
                .filter(m -> vendor == VENDOR && device == m.deviceId)
                .findFirst();
    }

    /** The name printed on the chip. */
    public String title() {
        return title;
    }

    /** PCI vendor id. */
    public int vendorId() {
        return VENDOR;
    }

    /** PCI device id. */
    public int deviceId() {
        return deviceId;
    }

    /** Bytes of the longest frame that the card sends or, with long packets enabled, receives; FCS included. */
    public int longestFrame() {
        return longestFrame;
    }

    /** PHY identifier registers 2 (upper half) and 3. */
    int phyId() {
        return phyId;
    }
}
