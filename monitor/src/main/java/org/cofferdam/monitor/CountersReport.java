package org.cofferdam.monitor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.cofferdam.monitor.control.MonitorCounters;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.domain.Durations;
import org.cofferdam.proxy.kernel.DropDirection;
import org.cofferdam.proxy.kernel.KernelCounters;
import org.cofferdam.proxy.kernel.Way;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.packetswitch.PortCounters;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.Verdict;

/** Gathers what a monitor counts beside its status. Domain thread. */
final class CountersReport {
    private CountersReport() {}

    static MonitorCounters of(
            MonitorParts parts,
            List<MonitorStatus.Guest> guests,
            MonitorCounters.Captures captures) {
        Map<String, PortCounters> ports = new LinkedHashMap<>();
        ports.put("uplink", parts.packets().counters(MonitorParts.UPLINK));
        ports.put(
                parts.options().hostInterface().toString(),
                parts.packets().counters(MonitorParts.HOST));
        guests.forEach(g -> ports.put(g.name(), parts.packets().counters(new PortId(g.port()))));
        Map<String, Map<String, Long>> refused = new LinkedHashMap<>();
        Map<String, Map<String, Long>> held = new LinkedHashMap<>();
        Map<String, Long> groups = new LinkedHashMap<>();
        ports.forEach(
                (name, c) -> {
                    refused.put(name, refused(c));
                    held.put(
                            name,
                            Map.of(
                                    "uplink", c.get(PortCounter.HELD_FOR_UPLINK),
                                    "audit", c.get(PortCounter.HELD_FOR_AUDIT)));
                    groups.put(name, c.get(PortCounter.GROUPS_REFUSED));
                });
        KernelCounters kernel = parts.kernel().counters();
        return new MonitorCounters(
                refused,
                held,
                groups,
                byName(Way.values(), way -> kernel.forwarded(way).frames()),
                byName(DropDirection.values(), kernel::eventsLost),
                spread(parts.domain().outages()),
                spread(parts.thread().turns()),
                captures);
    }

    private static Map<String, Long> refused(PortCounters counters) {
        Map<String, Long> refused = new LinkedHashMap<>();
        for (Verdict v : Verdict.values()) {
            if (!v.passes() && counters.given(v) > 0) {
                refused.put(v.name().toLowerCase(Locale.ROOT), counters.given(v));
            }
        }
        return refused;
    }

    private static <E extends Enum<E>> Map<String, Long> byName(
            E[] values, ToLongFunction<E> count) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (E value : values) {
            counts.put(value.name().toLowerCase(Locale.ROOT), count.applyAsLong(value));
        }
        return counts;
    }

    private static MonitorCounters.Spread spread(Durations durations) {
        List<MonitorCounters.Bucket> buckets = new ArrayList<>();
        long below = 0;
        for (int i = 0; i < Durations.BUCKETS; i++) {
            below += durations.count(i);
            boolean last = i == Durations.BUCKETS - 1;
            buckets.add(
                    new MonitorCounters.Bucket(
                            last ? -1 : 1L << (Durations.FIRST_EXPONENT + i), below));
        }
        return new MonitorCounters.Spread(buckets, durations.sumNanos());
    }
}
