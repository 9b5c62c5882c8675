package org.cofferdam.monitor.config;

import java.util.Locale;

/** The network cards that the monitor can emulate, by their PCI identity. */
public enum CardModel {
    I82574L("82574L", 0x8086, 0x10d3),
    I82540EM("82540EM", 0x8086, 0x100e);

    private final String label;
    private final int vendor;
    private final int device;

    CardModel(String label, int vendor, int device) {
        this.label = label;
        this.vendor = vendor;
        this.device = device;
    }

    public static CardModel parse(String text) {
        for (CardModel model : values()) {
            if (model.label.equals(text.toUpperCase(Locale.ROOT))) {
                return model;
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is not a card this monitor emulates (82574L or 82540EM)");
    }

    public String label() {
        return label;
    }

    /** PCI vendor. */
    public int vendor() {
        return vendor;
    }

    /** PCI device. */
    public int device() {
        return device;
    }
}
