package org.cofferdam.binding.bpf;

import static org.cofferdam.binding.bpf.LibBpf.B;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;

/**
 * A map of a loaded object; it belongs to its {@link BpfObject}. Keys and values are native segments in the
 * layout of the C types, in the machine's byte order. Nothing here allocates unless it throws; one system call
 * each, from any thread.
 */
public final class BpfMap {
    // enum bpf_map_type, linux/bpf.h
    private static final int PERCPU_HASH = 5;
    private static final int PERCPU_ARRAY = 6;
    private static final int LRU_PERCPU_HASH = 10;

    private final String name;
    private final int fd;
    private final BpfInfo.OfMap shape;
    private final int cpus;
    private final int stride;

    private BpfMap(String name, int fd, BpfInfo.OfMap shape, int cpus) {
        this.name = name;
        this.fd = fd;
        this.shape = shape;
        this.cpus = cpus;
        this.stride = cpus == 1 ? shape.valueBytes() : (shape.valueBytes() + 7) & ~7;
    }

    static BpfMap of(String name, int fd) {
        BpfInfo.OfMap shape = BpfInfo.ofMap(fd);
        boolean perCpu =
                switch (shape.type()) {
                    case PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH -> true;
                    default -> false;
                };
        int cpus =
                perCpu
                        ? LibBpf.check(
                                B.libbpf_num_possible_cpus(), "libbpf_num_possible_cpus", name)
                        : 1;
        return new BpfMap(name, fd, shape, cpus);
    }

    public String name() {
        return name;
    }

    /** The descriptor, owned by the object. */
    public int fd() {
        return fd;
    }

    public int keyBytes() {
        return shape.keyBytes();
    }

    /** Bytes of one value, of one CPU. */
    public int valueBytes() {
        return shape.valueBytes();
    }

    public int maxEntries() {
        return shape.maxEntries();
    }

    /** How many values an entry has: the number of possible CPUs for a per-CPU map, else 1. */
    public int cpus() {
        return cpus;
    }

    /** Bytes that {@link #get} fills: {@link #cpus} values, each padded to 8 bytes if there are several. */
    public int bufferBytes() {
        return cpus * stride;
    }

    /**
     * Reads an entry.
     *
     * @param key at least {@link #keyBytes}
     * @param value at least {@link #bufferBytes}
     * @return false if there is no such entry
     */
    public boolean get(MemorySegment key, MemorySegment value) {
        check(key, shape.keyBytes(), value, bufferBytes());
        int result = B.bpf_map_lookup_elem(fd, key.address(), value.address());
        if (result == -Errno.ENOENT.code()) {
            return false;
        }
        LibBpf.check(result, "bpf_map_lookup_elem", name);
        return true;
    }

    /** The sum over all CPUs of the 64-bit counter at {@code offset} of a value that {@link #get} read. */
    public long sum(MemorySegment value, long offset) {
        long sum = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
            sum += value.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) cpu * stride + offset);
        }
        return sum;
    }

    /**
     * Makes or replaces an entry.
     *
     * @throws NativeCallException E2BIG if the map is full or an array's index is beyond its end
     */
    public void put(MemorySegment key, MemorySegment value) {
        check(key, shape.keyBytes(), value, bufferBytes());
        LibBpf.check(
                B.bpf_map_update_elem(fd, key.address(), value.address(), 0),
                "bpf_map_update_elem",
                name);
    }

    /**
     * Removes an entry of a hash map.
     *
     * @return false if there was none
     */
    public boolean remove(MemorySegment key) {
        check(key, shape.keyBytes(), key, 0);
        int result = B.bpf_map_delete_elem(fd, key.address());
        if (result == -Errno.ENOENT.code()) {
            return false;
        }
        LibBpf.check(result, "bpf_map_delete_elem", name);
        return true;
    }

    /** The kernel reads and writes as many bytes as the map's shape says: they must be there. */
    private void check(MemorySegment key, int keyBytes, MemorySegment value, int valueBytes) {
        if (!key.isNative()
                || !value.isNative()
                || key.byteSize() < keyBytes
                || value.byteSize() < valueBytes) {
            throw new IllegalArgumentException(
                    "the map "
                            + name
                            + " wants native memory of "
                            + keyBytes
                            + " and "
                            + valueBytes
                            + " bytes");
        }
    }
}
