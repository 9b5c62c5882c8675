package org.cofferdam.monitor.domain;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines that the first process of a Linux domain writes to its second serial port (driver-vm, records.c): a
 * word and then {@code key=value} words. The domain may write anything; what is no such line is left out.
 *
 * <p>The vCPU thread.
 */
final class DriverRecords {
    private static final int MOST_WORDS = 16;
    private static final int LARGEST_SPEED = 1_000_000;

    /** Who hears of what a line says. */
    interface Listener {
        /** The card's driver, as the domain says. */
        void card(long mac, Map<String, String> facts);

        /** The link; the speed in Mbit/s, 0 if unknown. */
        void link(boolean up, int speedMbit);

        /** Frames pass in both directions from now on. */
        void ready();

        /** The domain's user space lives; {@code counters} are the card's, empty if this beat came without. */
        void beat(Map<String, String> counters);

        /** The card's network device is gone. */
        void gone(String why);

        /** The domain gives up. */
        void failed(String text);
    }

    private final Listener listener;

    DriverRecords(Listener listener) {
        this.listener = listener;
    }

    /** Takes a line of printable characters. */
    void line(String line) {
        int space = line.indexOf(' ');
        String word = space < 0 ? line : line.substring(0, space);
        String rest = space < 0 ? "" : line.substring(space + 1);
        switch (word) {
            case "card" -> {
                Map<String, String> facts = words(rest);
                listener.card(mac(facts.getOrDefault("mac", "")), facts);
            }
            case "link" -> {
                if (rest.startsWith("up") || rest.equals("down")) {
                    listener.link(
                            rest.startsWith("up"), number(words(rest).get("speed"), LARGEST_SPEED));
                }
            }
            case "ready" -> listener.ready();
            case "beat" -> listener.beat(words(rest));
            case "gone" -> listener.gone(rest);
            case "fail" -> listener.failed(rest);
            default -> {} // of a later format
        }
    }

    private static Map<String, String> words(String rest) {
        Map<String, String> words = new HashMap<>();
        for (String word : rest.split(" ", MOST_WORDS + 1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return words;
    }

    /** 0 for what is no address; the first octet is the highest. */
    private static long mac(String text) {
        return text.matches("([0-9a-f]{2}:){5}[0-9a-f]{2}")
                ? Long.parseLong(text.replace(":", "").toLowerCase(Locale.ROOT), 16)
                : 0;
    }

    private static int number(@Nullable String text, int most) {
        return text != null && text.matches("[0-9]{1,7}")
                ? Math.min(most, Integer.parseInt(text))
                : 0;
    }
}
