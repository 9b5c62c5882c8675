package org.cofferdam.monitor.cli;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.monitor.json.JsonTree;

/** The audit log's hops for reading: what is as it should be takes one line. */
final class AuditText {
    private AuditText() {}

    static List<String> of(JsonTree a) {
        List<String> lines = new ArrayList<>();
        if (!a.has("durability")) {
            return lines; // a monitor of an older version
        }
        lines.add(
                "records on the %s, when full %s; %d syncs, the last took %s, the longest %s%s"
                        .formatted(
                                a.get("durability").text(),
                                a.get("whenFull").text(),
                                a.get("syncs").number(),
                                time(a.get("lastSyncNanos").number()),
                                time(a.get("worstSyncNanos").number()),
                                a.get("blockedNanos").number() == 0
                                        ? ""
                                        : "; the disk refused for "
                                                + time(a.get("blockedNanos").number())));
        if (a.get("segments").number() > 0) {
            lines.add(
                    "%d segments of %d MiB kept, %d removed%s"
                            .formatted(
                                    a.get("segments").number(),
                                    a.get("keptBytes").number() >> 20,
                                    a.get("removedSegments").number(),
                                    a.has("shipperLagBlocks")
                                            ? ", "
                                                    + a.get("shipperLagBlocks").number()
                                                    + " blocks not in Kafka yet"
                                            : ""));
        }
        for (JsonTree s : a.get("sources").items()) {
            long limited = s.get("limitedNanos").number();
            if (limited > 0 || s.get("lost").number() > 0) {
                lines.add(
                        "%s: held back by its quota for %s, %d records lost"
                                .formatted(
                                        s.get("name").text(),
                                        time(limited),
                                        s.get("lost").number()));
            }
        }
        return lines;
    }

    private static String time(long nanos) {
        return nanos < 1_000_000 ? nanos / 1_000 + " µs" : StatusText.duration(nanos / 1_000_000);
    }
}
