package org.cofferdam.audit.kafka.events;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.ocsf.OcsfTraffic;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;

/**
 * Sums of packet bursts over about a second of the log's own time, for each source, port and direction. One thread.
 *
 * <p>A window begins with a block and ends with the first block whose records reach a second beyond it, so where windows
 * begin and end is a matter of the blocks alone: who reads them again from the window's first block has the same sums.
 */
final class PacketSums {
    private static final long SECOND = 1_000_000_000L;

    /** Ports and sources of an honest log are far fewer; a window that has more ends early. */
    private static final int MOST = 4096;

    /** A verdict's code is one byte. */
    private static final int VERDICTS = 256;

    /** A sum and the name of its first record. */
    record Sum(OcsfTraffic traffic, int source, long firstSequence) {}

    private record Key(long run, int source, int code, int port) {}

    private static final class Counts {
        final CrossingType type;
        final Crossing first;
        long from;
        long to;
        long bursts;
        long packets;
        long bytes;
        final long[] byVerdict = new long[VERDICTS];

        Counts(CrossingType type, Crossing first) {
            this.type = type;
            this.first = first;
            this.from = first.time();
            this.to = first.lastTime();
        }

        Map<Integer, Long> verdicts() {
            Map<Integer, Long> counts = new TreeMap<>();
            for (int code = 0; code < VERDICTS; code++) {
                if (byVerdict[code] != 0) {
                    counts.put(code, byVerdict[code]);
                }
            }
            return counts;
        }
    }

    private final Map<Key, Counts> sums = new LinkedHashMap<>();
    private OptionalLong firstBlock = OptionalLong.empty();
    private long begin;

    /** Adds a burst of a block whose header is given. */
    void add(BlockHeader block, Crossing c, CrossingType type, Burst burst) {
        if (firstBlock.isEmpty()) {
            firstBlock = OptionalLong.of(block.number());
            begin = block.earliest();
        }
        Counts sum =
                sums.computeIfAbsent(
                        new Key(c.run(), c.source(), c.code(), burst.port()),
                        key -> new Counts(type, c));
        sum.from = Math.min(sum.from, c.time());
        sum.to = Math.max(sum.to, c.lastTime());
        sum.bursts++;
        sum.packets += burst.packets();
        sum.bytes += burst.bytes();
        // All packets of the log come by here.
        for (int i = 0; i < burst.packets(); i++) {
            sum.byVerdict[burst.verdict(i)]++;
        }
    }

    /** Whether the window is over with this block, all of whose bursts were added. */
    boolean isOverWith(BlockHeader block) {
        return !sums.isEmpty()
                && (sums.size() >= MOST
                        || block.latest() - begin >= SECOND
                        || block.latest() < begin); // the clock was set back
    }

    /** The first block with bursts that are not taken yet. */
    OptionalLong firstBlock() {
        return firstBlock;
    }

    /** Takes the sums and begins anew. */
    List<Sum> take() {
        List<Sum> all = new ArrayList<>();
        sums.forEach(
                (key, c) ->
                        all.add(
                                new Sum(
                                        new OcsfTraffic(
                                                c.type,
                                                key.port(),
                                                key.run(),
                                                c.first.sourceName(),
                                                c.from,
                                                c.to,
                                                c.bursts,
                                                c.packets,
                                                c.bytes,
                                                c.verdicts()),
                                        key.source(),
                                        c.first.sequence())));
        sums.clear();
        firstBlock = OptionalLong.empty();
        return all;
    }
}
