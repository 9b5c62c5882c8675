package org.cofferdam.proxy.vhostuser;

import java.lang.foreign.MemorySegment;
import org.cofferdam.binding.memory.SharedMemory;
import org.jspecify.annotations.Nullable;

/**
 * What a front end is answered. Closed when it was sent.
 *
 * @param bytes header and payload, valid until the session's next answer
 * @param beside memory whose descriptor goes with it, the answer's own; null for none
 */
record Answer(MemorySegment bytes, @Nullable SharedMemory beside) implements AutoCloseable {
    Answer(MemorySegment bytes) {
        this(bytes, null);
    }

    /** The descriptors that go with it. */
    int[] descriptors() {
        return beside == null ? new int[0] : new int[] {beside.fd()};
    }

    @Override
    public void close() {
        if (beside != null) {
            beside.close();
        }
    }
}
