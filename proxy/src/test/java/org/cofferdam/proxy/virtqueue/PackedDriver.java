package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The driver's side of a packed ring in the memory of a {@link HostileQueue}: offers chains as a driver should, or
 * writes any descriptor anywhere. No barriers: driver and device are the same thread here.
 */
final class PackedDriver {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    static final int AVAILABLE = 1 << 7;
    static final int USED = 1 << 15;

    private final HostileQueue memory;
    private final int size;
    private final long driverArea;
    private final long deviceArea;

    // Where the next chain goes, and where the next one comes back.
    private int next;
    private boolean wrap = true;
    private int back;
    private boolean backWrap = true;

    PackedDriver(HostileQueue memory, int size) {
        this.memory = memory;
        this.size = size;
        this.driverArea = HostileQueue.RAM + 16L * size;
        this.deviceArea = driverArea + 4;
    }

    QueueConfig config(boolean indirect, boolean eventIndex) {
        return new QueueConfig(
                QueueConfig.Layout.PACKED,
                size,
                HostileQueue.RAM,
                driverArea,
                deviceArea,
                indirect,
                eventIndex);
    }

    /** One descriptor at the next place, as part of a chain or its end; shown at once. */
    PackedDriver offer(long address, long length, int flags, int id) {
        put(next, address, length, flags | (wrap ? AVAILABLE : USED), id);
        next++;
        if (next == size) {
            next = 0;
            wrap = !wrap;
        }
        return this;
    }

    /** A descriptor anywhere, with any flags. */
    PackedDriver put(int position, long address, long length, int flags, int id) {
        memory.descriptor(position, address, length, id, flags);
        return this;
    }

    /** The id of the chain that came back at the place where one is due, or -1. Skips the chain's other places. */
    int takeBack(int descriptors) {
        int flags = flags(back);
        boolean available = (flags & AVAILABLE) != 0;
        boolean used = (flags & USED) != 0;
        if (available != backWrap || used != backWrap) {
            return -1;
        }
        int id = Short.toUnsignedInt(memory.ram().get(U16, 16L * back + 12));
        back += descriptors;
        if (back >= size) {
            back -= size;
            backWrap = !backWrap;
        }
        return id;
    }

    int flags(int position) {
        return Short.toUnsignedInt(memory.ram().get(U16, 16L * position + 14));
    }

    int length(int position) {
        return memory.ram().get(U32, 16L * position + 8);
    }

    /** When the device is to signal: flags, and for DESC the position with its wrap counter. */
    PackedDriver wants(int flags, int position) {
        memory.ram().set(U16, driverArea - HostileQueue.RAM, (short) position);
        memory.ram().set(U16, driverArea - HostileQueue.RAM + 2, (short) flags);
        return this;
    }

    int deviceWants() {
        return Short.toUnsignedInt(memory.ram().get(U16, deviceArea - HostileQueue.RAM + 2));
    }

    int deviceWantsAt() {
        return Short.toUnsignedInt(memory.ram().get(U16, deviceArea - HostileQueue.RAM));
    }
}
