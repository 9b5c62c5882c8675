package org.cofferdam.monitor.pc;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/**
 * Which vectors of a function may signal, and which would have: the masking of PCI 6.8.3.4. A signal on a masked vector
 * is kept as one pending bit and is given when the vector is opened.
 *
 * <p>The vCPU's thread opens and closes; any thread asks {@link #deliverable}.
 */
final class VectorGate {
    private final IntConsumer fire;
    private final AtomicLong pending = new AtomicLong();

    // Written by the vCPU's thread only.
    private volatile boolean enabled;
    private volatile long open;

    /**
     * @param fire signals a vector
     */
    VectorGate(IntConsumer fire) {
        this.fire = fire;
    }

    void setEnabled(boolean enabled) {
        this.enabled = enabled;
        if (!enabled) {
            pending.set(0);
        }
    }

    boolean enabled() {
        return enabled;
    }

    void open(int vector) {
        long bit = 1L << vector;
        long bits = open;
        open = bits | bit;
        if (takePending(bit)) {
            fire.accept(vector);
        }
    }

    void close(int vector) {
        long bits = open;
        open = bits & ~(1L << vector);
    }

    boolean isOpen(int vector) {
        return (open & 1L << vector) != 0;
    }

    long pending() {
        return pending.get();
    }

    boolean deliverable(int vector) {
        if (!enabled) {
            return false;
        }
        long bit = 1L << vector;
        if ((open & bit) != 0) {
            return true;
        }
        setPending(bit);
        // The vCPU's thread may have opened it before it could see the bit. Either this thread or
        // that
        // one takes the bit, never both and never none: both write first and look afterwards.
        return (open & bit) != 0 && takePending(bit);
    }

    private void setPending(long bit) {
        long bits = pending.get();
        while ((bits & bit) == 0 && !pending.compareAndSet(bits, bits | bit)) {
            bits = pending.get();
        }
    }

    private boolean takePending(long bit) {
        long bits = pending.get();
        while ((bits & bit) != 0) {
            if (pending.compareAndSet(bits, bits & ~bit)) {
                return true;
            }
            bits = pending.get();
        }
        return false;
    }
}
