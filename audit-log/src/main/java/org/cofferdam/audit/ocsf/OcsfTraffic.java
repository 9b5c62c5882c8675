package org.cofferdam.audit.ocsf;

import java.util.Map;
import java.util.TreeMap;
import org.cofferdam.audit.CrossingType;

/**
 * A sum of bursts: what one port sent or got in a stretch of time.
 *
 * @param type of the bursts, such as {@link CrossingType#BURST_IN}
 * @param port the switch port
 * @param run the writer's run
 * @param sourceName who recorded them
 * @param from time of the first, nanoseconds since 1970
 * @param to time of the last
 * @param bursts how many records were summed up
 * @param packets how many packets
 * @param bytes their bytes
 * @param byVerdict packets by the code of their verdict
 */
public record OcsfTraffic(
        CrossingType type,
        int port,
        long run,
        String sourceName,
        long from,
        long to,
        long bursts,
        long packets,
        long bytes,
        Map<Integer, Long> byVerdict) {

    public OcsfTraffic {
        byVerdict = new TreeMap<>(byVerdict);
    }
}
