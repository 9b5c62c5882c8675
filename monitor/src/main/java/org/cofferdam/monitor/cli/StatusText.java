package org.cofferdam.monitor.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.cofferdam.monitor.json.JsonTree;

/** A status for reading: one line a subject, then a table of the ports. */
final class StatusText {
    private StatusText() {}

    static String of(JsonTree s) {
        StringBuilder out = new StringBuilder(1024);
        JsonTree m = s.get("monitor");
        line(
                out,
                "monitor",
                "pid %d, version %s, up %s, CPU %s, anonymous memory %s"
                        .formatted(
                                m.get("pid").number(),
                                m.get("version").text(),
                                duration(m.get("uptimeMillis").number()),
                                duration(m.get("cpuNanos").number() / 1_000_000),
                                mebibytes(m.get("rssAnonBytes").number())));
        line(out, "confined", confinement(m.get("confinement")));
        line(
                out,
                "card",
                s.get("assign").text() + " " + s.get("card").text() + wire(s.get("wire").text()));
        domain(out, s.get("domain"));
        JsonTree h = s.get("hostInterface");
        line(
                out,
                "host",
                "interface %s, MAC %s, MTU %d, carrier %s"
                        .formatted(
                                h.get("name").text(),
                                h.get("mac").text(),
                                h.get("mtu").number(),
                                h.get("carrier").flag() ? "on" : "off"));
        JsonTree a = s.get("audit");
        line(
                out,
                "audit",
                "%s, %d records in %d blocks, %d lost, in %s"
                        .formatted(
                                a.get("state").text(),
                                a.get("records").number(),
                                a.get("blocks").number(),
                                a.get("lost").number(),
                                a.get("directory").text()));
        AuditText.of(a).forEach(text -> line(out, "", text));
        line(out, "kernel", "drops: " + counts(s.get("kernelDrops")));
        line(
                out,
                "threads",
                s.get("threads").items().stream()
                        .map(
                                t ->
                                        t.get("name").text()
                                                + " "
                                                + duration(t.get("cpuNanos").number() / 1_000_000))
                        .collect(Collectors.joining(", ")));
        out.append('\n').append(ports(s.get("ports").items()));
        return out.toString();
    }

    private static String wire(String netdev) {
        return netdev.isEmpty() ? "" : " on wire " + netdev;
    }

    private static String confinement(JsonTree c) {
        if (!c.get("confined").flag()) {
            return "no: it was started without its starter";
        }
        long landlock = c.get("landlockAbi").number();
        return "user %s, no capabilities, %s, %d system calls"
                .formatted(
                        c.get("user").text(),
                        landlock == 0 ? "no Landlock" : "Landlock " + landlock,
                        c.get("systemCalls").number());
    }

    private static void domain(StringBuilder out, JsonTree d) {
        StringBuilder text = new StringBuilder(d.get("state").text());
        text.append(", image ").append(d.get("image").text());
        text.append(", link ").append(d.get("link").get("up").flag() ? "up" : "down");
        if (d.has("bootMillis")) {
            text.append(", boot ").append(d.get("bootMillis").number()).append(" ms");
        }
        text.append(", restarts ").append(d.get("restarts").number());
        if (d.has("lastOutageMillis")) {
            text.append(", last outage ").append(d.get("lastOutageMillis").number()).append(" ms");
        }
        d.get("lastReason").optionalText().ifPresent(r -> text.append(" (").append(r).append(')'));
        line(out, "domain", text.toString());
    }

    /** The ports as a table. */
    static String ports(List<JsonTree> ports) {
        StringBuilder out = new StringBuilder(512);
        String row = "%-16s %-7s %-8s %-17s %12s %12s  %s%n";
        out.append(
                row.formatted(
                        "PORT", "KIND", "STATE", "MAC", "RX FRAMES", "TX FRAMES", "VERDICTS"));
        for (JsonTree p : ports) {
            out.append(
                    row.formatted(
                            p.get("name").text(),
                            p.get("kind").text(),
                            p.get("state").text(),
                            p.get("mac").text(),
                            p.get("rxFrames").number(),
                            p.get("txFrames").number(),
                            counts(p.get("verdicts"))));
        }
        return out.toString();
    }

    private static String counts(JsonTree counts) {
        String text =
                counts.fields().entrySet().stream()
                        .filter(e -> e.getValue().number() != 0)
                        .map(
                                (Map.Entry<String, JsonTree> e) ->
                                        e.getKey() + " " + e.getValue().number())
                        .collect(Collectors.joining(", "));
        return text.isEmpty() ? "none" : text;
    }

    private static void line(StringBuilder out, String subject, String text) {
        out.append("%-8s %s%n".formatted(subject, text));
    }

    private static String mebibytes(long bytes) {
        return (bytes + (1 << 19)) / (1 << 20) + " MiB";
    }

    static String duration(long millis) {
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return "%d.%d s".formatted(millis / 1000, millis % 1000 / 100);
        }
        long seconds = millis / 1000;
        if (seconds < 3600) {
            return "%d min %d s".formatted(seconds / 60, seconds % 60);
        }
        return "%d h %d min".formatted(seconds / 3600, seconds / 60 % 60);
    }
}
