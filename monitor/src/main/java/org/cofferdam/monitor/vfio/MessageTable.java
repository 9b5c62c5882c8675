package org.cofferdam.monitor.vfio;

import java.util.Optional;
import org.cofferdam.binding.vfio.VfioDevice;
import org.cofferdam.monitor.pc.MsixCapability;

/**
 * Where a card keeps its MSI-X table and the array of pending bits (PCI Local Bus 3.0, 6.8.2): the card's words, so only
 * what is sound is one.
 *
 * @param vectors entries of the table, 1 to 2048
 * @param bar the BAR with the table
 * @param offset of the table in it, bytes, a multiple of 8
 * @param pendingBar the BAR with the pending bits
 * @param pendingOffset of them in it, likewise
 */
record MessageTable(int vectors, int bar, int offset, int pendingBar, int pendingOffset) {
    private static final int CAPABILITY = 0x11;
    private static final int CONTROL = 2;
    private static final int CONTROL_SIZE = 0x7ff;
    private static final int TABLE = 4;
    private static final int PENDING = 8;
    private static final int BAR = 7;
    private static final int PENDING_WORD_VECTORS = 64;

    /** The card's, or empty if it has none. */
    static Optional<MessageTable> of(VfioDevice device) {
        int at = device.capability(CAPABILITY);
        if (at == 0) {
            return Optional.empty();
        }
        int table = device.readConfiguration(at + TABLE, 4);
        int pending = device.readConfiguration(at + PENDING, 4);
        return Optional.of(
                new MessageTable(
                        (device.readConfiguration(at + CONTROL, 2) & CONTROL_SIZE) + 1,
                        table & BAR,
                        table & ~BAR,
                        pending & BAR,
                        pending & ~BAR));
    }

    /** Whether it lies whole within a BAR of so many bytes. */
    boolean fits(long bytes) {
        return offset >= 0 && offset + tableBytes() <= bytes;
    }

    /** Whether an access to a BAR touches the table. */
    boolean holds(int bar, long at, int size) {
        return bar == this.bar && touches(at, size, offset, tableBytes());
    }

    /** Whether an access to a BAR touches the pending bits. */
    boolean holdsPending(int bar, long at, int size) {
        return bar == pendingBar && touches(at, size, pendingOffset, pendingBytes());
    }

    private long tableBytes() {
        return (long) vectors * MsixCapability.ENTRY_BYTES;
    }

    private long pendingBytes() {
        return (vectors + PENDING_WORD_VECTORS - 1L) / PENDING_WORD_VECTORS * 8;
    }

    private static boolean touches(long at, int size, int from, long bytes) {
        return at + size > from && at < from + bytes;
    }
}
