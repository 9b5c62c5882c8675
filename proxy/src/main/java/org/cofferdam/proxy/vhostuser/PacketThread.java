package org.cofferdam.proxy.vhostuser;

/** The switch's thread, as guests' threads see it. */
public interface PacketThread {
    /** Runs a command on it soon, between two passes; from any thread, without waiting. */
    void post(Runnable command);

    /**
     * Wakes it each time the descriptor, which nobody reads, becomes readable. On the switch's thread only.
     *
     * @throws org.cofferdam.binding.NativeCallException when the kernel does not wait on such a descriptor
     */
    void watch(int fd);

    /** No longer, before the descriptor is closed. On the switch's thread only. */
    void unwatch(int fd);
}
