package org.cofferdam.audit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The memory of one ring: records, then the two counters, each with cache lines to itself.
 *
 * <pre>
 *   0                capacity      +128          +256          +384
 *   +----------------+-------------+-------------+-------------+
 *   | records        |             | tail        | head        |
 *   +----------------+-------------+-------------+-------------+
 * </pre>
 *
 * <p>Both counters count bytes and never wrap; the offset is the counter modulo the capacity. The producer
 * releases the tail when records up to it are whole; the writer releases the head when it has copied what
 * lies before. Records lie on multiples of 8 and do not wrap: a record of type PADDING fills the end.
 */
final class RingMemory {
    private static final VarHandle COUNTER =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.nativeOrder()).varHandle();

    final MemorySegment memory;
    final int capacity;

    RingMemory(int atLeast) {
        capacity = Integer.highestOneBit(Math.max(atLeast, 2) - 1) << 1;
        // Lives as long as anyone can reach it, so that no use of a closed log touches freed
        // memory.
        memory = Arena.ofAuto().allocate(capacity + 384L, 128);
    }

    void releaseTail(long tail) {
        COUNTER.setRelease(memory, capacity + 128L, tail);
    }

    long acquireTail() {
        return (long) COUNTER.getAcquire(memory, capacity + 128L);
    }

    void releaseHead(long head) {
        COUNTER.setRelease(memory, capacity + 256L, head);
    }

    long acquireHead() {
        return (long) COUNTER.getAcquire(memory, capacity + 256L);
    }
}
