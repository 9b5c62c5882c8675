package org.cofferdam.monitor.pc;

/**
 * Where a function's message signalled interrupts go. The vCPU's thread calls, on changes only: a vector is masked when it
 * was routed before, and no other way.
 *
 * <p>An implementation leaves a masked vector's route in place where its signals come from {@code deliverable}: what a
 * thread had decided to signal just before may still be on its way, as a message on the bus may.
 */
public interface MessageInterrupts {
    /**
     * From now on a vector's signal is this message, a memory write of the function.
     *
     * @param address guest-physical, as the guest wrote it
     * @param data little-endian, as the guest wrote it
     */
    void route(int vector, long address, int data);

    /** From now on a vector signals nothing. */
    void mask(int vector);
}
