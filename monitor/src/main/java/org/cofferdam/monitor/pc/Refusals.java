package org.cofferdam.monitor.pc;

/**
 * Hears what the guest did and nobody answers to. The vCPU's thread calls, as often as the guest likes: an
 * implementation is to limit what it writes down.
 */
@FunctionalInterface
public interface Refusals {
    /** Tells nobody; devices count all the same. */
    Refusals UNHEARD = (port, size, write, value) -> {};

    /**
     * A port that no device claims.
     *
     * @param value what was written; 0 for a read
     */
    void refused(int port, int size, boolean write, int value);

    /**
     * An address that no function decodes.
     *
     * @param address guest-physical
     * @param value what was written; 0 for a read
     */
    default void refusedMemory(long address, int size, boolean write, long value) {}

    /**
     * A device did not do what the driver told it, because it may not be told so.
     *
     * @param device the device's name
     * @param why a part of a sentence: what the driver did
     */
    default void refusedRequest(String device, String why) {}
}
