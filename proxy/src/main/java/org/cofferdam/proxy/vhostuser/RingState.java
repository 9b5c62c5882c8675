package org.cofferdam.proxy.vhostuser;

import java.util.Optional;
import java.util.OptionalLong;
import org.cofferdam.binding.event.PeerSignal;
import org.cofferdam.proxy.guestport.GuestFeatures;
import org.cofferdam.proxy.vhostuser.message.FrontEndMessage;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a front end has said of one ring so far: a configuration that may be incomplete, in contrast to the queue that
 * runs in the switch. The guest's thread.
 */
final class RingState implements AutoCloseable {
    private int size;
    private int base;
    private FrontEndMessage.@Nullable SetQueueAddress address;
    private @Nullable PeerSignal kick;
    private @Nullable PeerSignal call;
    private @Nullable PeerSignal error;
    private boolean kickSaid;
    private boolean enabled;
    private boolean running;

    void size(int value) {
        size = value;
    }

    /** Where a packed queue goes on; a split one says it itself. */
    void base(int value) {
        base = value;
    }

    int base() {
        return base;
    }

    void address(FrontEndMessage.SetQueueAddress value) {
        address = value;
    }

    /** Whether the ring runs at just these addresses. */
    boolean isAt(FrontEndMessage.SetQueueAddress other) {
        return running
                && address != null
                && address.descriptors() == other.descriptors()
                && address.available() == other.available()
                && address.used() == other.used();
    }

    void enabled(boolean value) {
        enabled = value;
    }

    boolean isRunning() {
        return running;
    }

    void running(boolean value) {
        running = value;
    }

    /** A kick descriptor, or word that there is none and the ring is to be polled. */
    void kick(@Nullable PeerSignal value) {
        closeIfThere(kick);
        kick = value;
        kickSaid = true;
    }

    /** "GET_VRING_BASE": the ring stays stopped until there is a kick descriptor again. */
    void forgetKick() {
        closeIfThere(kick);
        kick = null;
        kickSaid = false;
    }

    @Nullable PeerSignal kick() {
        return kick;
    }

    void call(@Nullable PeerSignal value) {
        closeIfThere(call);
        call = value;
    }

    @Nullable PeerSignal call() {
        return call;
    }

    /** Kept because the front end passes it; nothing here is worth telling by it before the session ends. */
    void error(@Nullable PeerSignal value) {
        closeIfThere(error);
        error = value;
    }

    /**
     * The queue that may run now; empty while something is missing.
     *
     * @param needsEnable whether "SET_VRING_ENABLE" must have come, as it must with protocol features
     * @throws ProtocolFaultException if an address is outside the table, or size or base are none of this layout's
     */
    Optional<QueueConfig> ready(MemoryTable table, GuestFeatures features, boolean needsEnable)
            throws ProtocolFaultException {
        FrontEndMessage.SetQueueAddress at = address;
        if (size == 0
                || at == null
                || !kickSaid
                || (needsEnable && !enabled)
                || table.count() == 0) {
            return Optional.empty();
        }
        boolean packed = features.has(GuestFeatures.RING_PACKED);
        QueueConfig.Layout layout = packed ? QueueConfig.Layout.PACKED : QueueConfig.Layout.SPLIT;
        if (!layout.allows(size)) {
            throw new ProtocolFaultException(ProtocolFault.QUEUE_SIZE, layout + " of " + size);
        }
        if (!isPossible(base, packed)) {
            throw new ProtocolFaultException(
                    ProtocolFault.RING_INDEX, "0x" + Integer.toHexString(base));
        }
        return Optional.of(
                new QueueConfig(
                        layout,
                        size,
                        guest(table, at.descriptors(), 16),
                        guest(table, at.available(), 2),
                        guest(table, at.used(), 4),
                        features.has(GuestFeatures.INDIRECT_DESC),
                        features.has(GuestFeatures.EVENT_IDX)));
    }

    // "Vring descriptor indices": 16 bits for split virtqueues; for packed ones two indexes below
    // the size, each under
    // its wrap counter.
    private boolean isPossible(int value, boolean packed) {
        return packed
                ? (value & 0x7fff) < size && (value >>> 16 & 0x7fff) < size
                : value >>> 16 == 0;
    }

    private static long guest(MemoryTable table, long userAddress, int alignment)
            throws ProtocolFaultException {
        OptionalLong found = table.guestAddress(userAddress);
        if (found.isEmpty()) {
            throw new ProtocolFaultException(
                    ProtocolFault.RING_OUTSIDE, "0x" + Long.toHexString(userAddress));
        }
        // A region may lie at an odd distance between its two addresses.
        if (found.getAsLong() % alignment != 0) {
            throw new ProtocolFaultException(
                    ProtocolFault.RING_ALIGNMENT, "0x" + Long.toHexString(found.getAsLong()));
        }
        return found.getAsLong();
    }

    private static void closeIfThere(@Nullable PeerSignal signal) {
        if (signal != null) {
            signal.close();
        }
    }

    /** Forgets all, as after a reset. */
    @Override
    public void close() {
        forgetKick();
        call(null);
        error(null);
        size = 0;
        base = 0;
        address = null;
        enabled = false;
    }
}
