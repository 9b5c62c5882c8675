package org.cofferdam.monitor.card;

/** Which way a DMA access goes, seen from the card. */
public enum DmaDirection {
    /** The card reads memory. */
    DEVICE_READS,
    /** The card writes memory. */
    DEVICE_WRITES
}
