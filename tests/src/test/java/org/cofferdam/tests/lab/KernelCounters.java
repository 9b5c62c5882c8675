package org.cofferdam.tests.lab;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;

/** The kernel program's drop counters as bpftool reads them: a second opinion beside the monitor's. */
public final class KernelCounters {
    private final NetworkNamespaces network;
    private final long mapId;

    /** Finds the map by way of the program that is attached to the card's interface. */
    public KernelCounters(NetworkNamespaces network) {
        this.network = network;
        this.mapId = dropMap(attachedProgram());
    }

    /** Frames dropped so far for any reason. */
    public long total() {
        return byReason().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Frames dropped so far by reason, over all directions and CPUs; only reasons that occurred. */
    public Map<Long, Long> byReason() {
        Map<Long, Long> sums = new TreeMap<>();
        for (Json direction : bpftool("map", "dump", "id", Long.toString(mapId)).elements()) {
            for (Json cpu : direction.at("formatted", "values").elements()) {
                List<Json> frames = cpu.at("value", "frames").elements();
                for (int reason = 0; reason < frames.size(); reason++) {
                    long n = frames.get(reason).asLong();
                    if (n > 0) {
                        sums.merge((long) reason, n, Long::sum);
                    }
                }
            }
        }
        return sums;
    }

    private long attachedProgram() {
        for (Json hooks : bpftool("net", "show").elements()) {
            for (String kind : List.of("xdp", "tc")) {
                for (Json program : hooks.at(kind).elements()) {
                    if (program.at("devname").asText().equals(NetworkNamespaces.CARD)) {
                        return program.at("id").asLong();
                    }
                }
            }
        }
        throw new AssertionError("no program on " + NetworkNamespaces.CARD);
    }

    private long dropMap(long program) {
        for (Json id :
                bpftool("prog", "show", "id", Long.toString(program)).at("map_ids").elements()) {
            Json map = bpftool("map", "show", "id", id.asText());
            if (map.at("name").asText().equals("drops")) {
                return id.asLong();
            }
        }
        throw new AssertionError("program " + program + " has no map of drops");
    }

    private Json bpftool(String... arguments) {
        return Json.parse(
                network.in(Namespace.HOST, "bpftool", "-j").with(arguments).run().orFail().out());
    }
}
