package org.cofferdam.monitor.config;

import java.util.Locale;
import java.util.Optional;

/** The network cards that the nano driver runs, and that the monitor can emulate, by their PCI identity. */
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

    /** The model with this PCI identity, if it is one of these. */
    public static Optional<CardModel> of(int vendor, int device) {
        for (CardModel model : values()) {
            if (model.vendor == vendor && model.device == device) {
                return Optional.of(model);
            }
        }
        return Optional.empty();
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
