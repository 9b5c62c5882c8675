package org.cofferdam.monitor.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.cofferdam.monitor.json.JsonTree;

/** Guests for reading. */
final class GuestText {
    private GuestText() {}

    /** One line for each. */
    static String table(List<JsonTree> guests) {
        StringBuilder out = new StringBuilder();
        row(out, "guest", "port", "mac", "state", "queues", "socket");
        for (JsonTree g : guests) {
            row(
                    out,
                    g.get("name").text(),
                    Long.toString(g.get("port").number()),
                    g.get("mac").text(),
                    g.get("state").text(),
                    Long.toString(g.get("queues").number()),
                    g.get("socket").text());
        }
        return out.toString();
    }

    private static void row(StringBuilder out, String... cells) {
        out.append(
                String.format(Locale.ROOT, "%-16s %4s  %-17s  %-9s %6s  %s%n", (Object[]) cells));
    }

    /** One line for each of a guest's fields. */
    static String lines(JsonTree guest) {
        StringBuilder out = new StringBuilder();
        line(out, "guest", guest.get("name").text() + ", port " + guest.get("port").number());
        line(out, "mac", guest.get("mac").text());
        line(out, "ips", texts(guest.get("ips"), "any"));
        line(
                out,
                "rate",
                limit(guest.get("packetsPerSecond").number(), "packets/s")
                        + ", "
                        + limit(guest.get("bitsPerSecond").number(), "bit/s"));
        line(out, "peers", texts(guest.get("peers"), "none"));
        line(
                out,
                "link",
                (guest.get("linkUp").flag() ? "up" : "down")
                        + ", mtu "
                        + guest.get("mtu").number());
        String mode = guest.get("mode").text();
        line(out, "socket", guest.get("socket").text() + " for uid " + guest.get("uid").number());
        line(
                out,
                "mode",
                mode
                        + (mode.equals("client")
                                ? ": its front end listens, the monitor connects"
                                : ": its front end connects"));
        long pid = guest.get("peerPid").number();
        line(
                out,
                "state",
                guest.get("state").text()
                        + (pid == 0 ? "" : ", pid " + pid)
                        + ", "
                        + guest.get("queues").number()
                        + " queues");
        return out.toString();
    }

    private static void line(StringBuilder out, String name, String text) {
        out.append(String.format(Locale.ROOT, "%-8s %s%n", name, text));
    }

    private static String texts(JsonTree list, String none) {
        return list.items().isEmpty()
                ? none
                : list.items().stream().map(JsonTree::text).collect(Collectors.joining(", "));
    }

    private static String limit(long most, String unit) {
        return most == 0 ? "any " + unit : most + " " + unit;
    }
}
