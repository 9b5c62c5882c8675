package org.cofferdam.monitor.config;

import java.util.Locale;

/** Which end of a guest's socket the monitor is; the front end is the other. */
public enum GuestMode {
    /** The monitor listens, and the front end connects. */
    SERVER,
    /** The front end listens, and the monitor connects, again and again. */
    CLIENT;

    static GuestMode parse(String text) {
        return switch (text) {
            case "server" -> SERVER;
            case "client" -> CLIENT;
            default ->
                    throw new IllegalArgumentException(
                            "\"" + text + "\" is not one of: server or client");
        };
    }

    /** As an operator writes it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
