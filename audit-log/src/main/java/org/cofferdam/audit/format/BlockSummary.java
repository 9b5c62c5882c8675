package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What a block may hold, in 56 bytes of its header: a set of sources, one of types, and one of types with the port they
 * speak of. It tells a query what it need not read. It may say yes too often and never no where there is something;
 * the verifier checks that.
 *
 * <pre>
 *    bytes 0 to 7     sources: bit (id mod 64)
 *    bytes 8 to 23    types: bit 16 * (code / 256 mod 8) + (code mod 16), bit n in byte 8 + n / 8 as 1 &lt;&lt; n mod 8
 *    bytes 24 to 55   pairs: x = (code &lt;&lt; 16 | port) * 0x9e3779b1 mod 2^32; bits x &gt;&gt; 24 and x &gt;&gt; 16 mod 256
 * </pre>
 *
 * <p>The port of a record is a burst's own, or the low 16 bits of its type's field of that kind; a record without one
 * is in no pair.
 *
 * @param sources the set of sources
 * @param types0 types, bits 0 to 63
 * @param types1 types, bits 64 to 127
 * @param pairs0 pairs, bits 0 to 63
 * @param pairs1 pairs, bits 64 to 127
 * @param pairs2 pairs, bits 128 to 191
 * @param pairs3 pairs, bits 192 to 255
 */
public record BlockSummary(
        long sources,
        long types0,
        long types1,
        long pairs0,
        long pairs1,
        long pairs2,
        long pairs3) {
    /** Of no record. */
    public static final BlockSummary EMPTY = new BlockSummary(0, 0, 0, 0, 0, 0, 0);

    private static final int MULTIPLIER = 0x9e37_79b1;

    static BlockSummary read(MemorySegment m, long at) {
        return new BlockSummary(
                Bytes.u64(m, at),
                Bytes.u64(m, at + 8),
                Bytes.u64(m, at + 16),
                Bytes.u64(m, at + 24),
                Bytes.u64(m, at + 32),
                Bytes.u64(m, at + 40),
                Bytes.u64(m, at + 48));
    }

    /** Writes the 56 bytes at {@code at}. */
    public void put(MemorySegment m, long at) {
        Bytes.u64(m, at, sources);
        Bytes.u64(m, at + 8, types0);
        Bytes.u64(m, at + 16, types1);
        Bytes.u64(m, at + 24, pairs0);
        Bytes.u64(m, at + 32, pairs1);
        Bytes.u64(m, at + 40, pairs2);
        Bytes.u64(m, at + 48, pairs3);
    }

    /** Whether a record of this source may be there. */
    public boolean mayHoldSource(int source) {
        return (sources & 1L << source) != 0;
    }

    /** Whether a record of this type may be there. */
    public boolean mayHold(int code) {
        int bit = typeBit(code);
        return ((bit < 64 ? types0 : types1) & 1L << bit) != 0;
    }

    /** Whether a record of this type that speaks of this port may be there. */
    public boolean mayHold(int code, int port) {
        int x = pair(code, port);
        return hasPair(x >>> 24) && hasPair(x >>> 16 & 0xff);
    }

    private boolean hasPair(int bit) {
        long word =
                switch (bit >> 6) {
                    case 0 -> pairs0;
                    case 1 -> pairs1;
                    case 2 -> pairs2;
                    default -> pairs3;
                };
        return (word & 1L << bit) != 0;
    }

    /** Whether this says yes wherever {@code other} does. */
    public boolean covers(BlockSummary other) {
        return (other.sources & ~sources) == 0
                && (other.types0 & ~types0) == 0
                && (other.types1 & ~types1) == 0
                && (other.pairs0 & ~pairs0) == 0
                && (other.pairs1 & ~pairs1) == 0
                && (other.pairs2 & ~pairs2) == 0
                && (other.pairs3 & ~pairs3) == 0;
    }

    static int typeBit(int code) {
        return 16 * (code >> 8 & 7) + (code & 15);
    }

    static int pair(int code, int port) {
        return (code << 16 | (port & 0xffff)) * MULTIPLIER;
    }

    /** Puts a summary together. One thread; {@link #add} allocates nothing. */
    public static final class Builder {
        private long sources;
        private final long[] types = new long[2];
        private final long[] pairs = new long[4];

        /** A record that speaks of no port. */
        public void add(int source, int code) {
            sources |= 1L << source;
            int bit = typeBit(code);
            types[bit >> 6] |= 1L << bit;
        }

        /** A record that speaks of a port, 0 to 65535. */
        public void add(int source, int code, int port) {
            add(source, code);
            int x = pair(code, port);
            int first = x >>> 24;
            int second = x >>> 16 & 0xff;
            pairs[first >> 6] |= 1L << first;
            pairs[second >> 6] |= 1L << second;
        }

        /** All that another one has. */
        public void addAll(BlockSummary other) {
            sources |= other.sources;
            types[0] |= other.types0;
            types[1] |= other.types1;
            pairs[0] |= other.pairs0;
            pairs[1] |= other.pairs1;
            pairs[2] |= other.pairs2;
            pairs[3] |= other.pairs3;
        }

        /** What was added. */
        public BlockSummary summary() {
            return new BlockSummary(
                    sources, types[0], types[1], pairs[0], pairs[1], pairs[2], pairs[3]);
        }

        /** Forgets it. */
        public void clear() {
            sources = 0;
            types[0] = 0;
            types[1] = 0;
            Arrays.fill(pairs, 0);
        }
    }
}
