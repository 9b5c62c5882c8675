package org.cofferdam.proxy.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.bpf.BpfMap;
import org.cofferdam.binding.bpf.BpfObject;
import org.cofferdam.proxy.frame.Mac;

/**
 * The maps that tell the kernel program what to do, in the layouts of proxy.bpf.c. Cold; the domain thread.
 *
 * <pre>
 *   config   0: struct config   u32 tap, u32 max_frame, u32 max_gso, u16 ethertypes[8]
 *   fdb      MAC: struct station  u32 action, u32 ifindex, u32 flags, u32 bucket
 *   ports    0..7: struct port  u32 ifindex, u32 flags
 *   buckets  0 domain, 1 host, 2.. ports: struct bucket
 *                               u32 lock, u32 burst, u64 rate, u64 last, s64 credit
 * </pre>
 */
final class ProgramMaps {
    static final int MAX_PORTS = 8;

    /** enum action. */
    enum Action {
        NOWHERE(0),
        TO_HOST(1),
        TO_INTERFACE(2);

        private final int code;

        Action(int code) {
            this.code = code;
        }
    }

    static final int DOMAIN_BUCKET = 0;
    static final int HOST_BUCKET = 1;
    private static final int FIRST_PORT_BUCKET = 2;

    private static final int CONFIG_BYTES = 28;
    private static final int ETHERTYPES = 12;
    private static final int STATION_BYTES = 16;
    private static final int PORT_BYTES = 8;
    private static final int BUCKET_BYTES = 32;
    private static final int BURST = 4;
    private static final int RATE = 8;
    private static final int CREDIT = 24;

    /** A sender may save up what it is allowed in 1/20 s, and at least this many frames. */
    private static final long LEAST_BURST = 64;

    private static final long BURSTS_PER_SECOND = 20;
    private static final long SECOND = 1_000_000_000;

    private final BpfMap config;
    private final BpfMap fdb;
    private final BpfMap ports;
    private final BpfMap buckets;

    ProgramMaps(BpfObject object) {
        config = expect(object.map("config"), CONFIG_BYTES);
        fdb = expect(object.map("fdb"), STATION_BYTES);
        ports = expect(object.map("ports"), PORT_BYTES);
        buckets = expect(object.map("buckets"), BUCKET_BYTES);
    }

    /** Two files describe each layout: this finds an object file of another build. */
    static BpfMap expect(BpfMap map, int valueBytes) {
        if (map.valueBytes() != valueBytes) {
            throw new IllegalStateException(
                    "proxy.bpf.o does not belong to this build: a value of its map "
                            + map.name()
                            + " has "
                            + map.valueBytes()
                            + " bytes, not "
                            + valueBytes);
        }
        return map;
    }

    void config(int tap, HostSettings host) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(CONFIG_BYTES, 8);
            value.set(ValueLayout.JAVA_INT, 0, tap);
            value.set(ValueLayout.JAVA_INT, 4, host.maxFrame());
            value.set(ValueLayout.JAVA_INT, 8, host.maxCoalesced());
            for (int i = 0; i < host.ethertypes().size(); i++) {
                value.set(
                        ValueLayout.JAVA_SHORT,
                        ETHERTYPES + 2L * i,
                        host.ethertypes().get(i).shortValue());
            }
            config.put(index(arena, 0), value);
        }
    }

    void station(Mac mac, Action action) {
        station(mac, action, 0, 0, 0);
    }

    private void station(Mac mac, Action action, int ifindex, int flags, int bucket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(STATION_BYTES, 8);
            value.set(ValueLayout.JAVA_INT, 0, action.code);
            value.set(ValueLayout.JAVA_INT, 4, ifindex);
            value.set(ValueLayout.JAVA_INT, 8, flags);
            value.set(ValueLayout.JAVA_INT, 12, bucket);
            fdb.put(key(arena, mac), value);
        }
    }

    void forget(Mac mac) {
        try (Arena arena = Arena.ofConfined()) {
            fdb.remove(key(arena, mac));
        }
    }

    /** Makes {@code place} (0 to 7) a port: first its rate, then its station, last its share in broadcasts. */
    void port(int place, int ifindex, PortSettings port) {
        rate(FIRST_PORT_BUCKET + place, port.perSecond());
        station(port.mac(), Action.TO_INTERFACE, ifindex, port.flags(), FIRST_PORT_BUCKET + place);
        putPort(place, ifindex, port.flags());
    }

    void forgetPort(int place, Mac mac) {
        putPort(place, 0, 0);
        forget(mac);
    }

    private void putPort(int place, int ifindex, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(PORT_BYTES, 8);
            value.set(ValueLayout.JAVA_INT, 0, ifindex);
            value.set(ValueLayout.JAVA_INT, 4, flags);
            ports.put(index(arena, place), value);
        }
    }

    void rate(int bucket, long perSecond) {
        try (Arena arena = Arena.ofConfined()) {
            long burst = Math.max(LEAST_BURST, perSecond / BURSTS_PER_SECOND);
            MemorySegment value = arena.allocate(BUCKET_BYTES, 8);
            value.set(ValueLayout.JAVA_INT, BURST, (int) burst);
            value.set(ValueLayout.JAVA_LONG, RATE, perSecond);
            value.set(ValueLayout.JAVA_LONG, CREDIT, burst * SECOND);
            buckets.put(index(arena, bucket), value);
        }
    }

    private static MemorySegment index(Arena arena, int index) {
        return arena.allocateFrom(ValueLayout.JAVA_INT, index);
    }

    private static MemorySegment key(Arena arena, Mac mac) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, mac.bytes());
    }
}
