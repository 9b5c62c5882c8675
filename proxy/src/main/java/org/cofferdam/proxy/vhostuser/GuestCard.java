package org.cofferdam.proxy.vhostuser;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cofferdam.proxy.frame.Mac;

/**
 * The network card that a guest sees: its configuration space (virtio 1.2, section 5.1.4), little-endian.
 *
 * <pre>
 *  0  u8 mac[6]   6  u16 status   8  u16 max_virtqueue_pairs   10  u16 mtu   12  zeros up to 256
 * </pre>
 *
 * @param mac the guest's address
 * @param mtu bytes of IP packet that fit a frame
 * @param pairs pairs of queues that it may use
 * @param linkUp whether an operator lets it have a link: the switch is always there, whatever the real card's link does
 */
public record GuestCard(Mac mac, int mtu, int pairs, boolean linkUp) {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SPACE_BYTES = 256;

    /** VIRTIO_NET_S_LINK_UP. */
    private static final short LINK_UP = 1;

    /** A card with a link. */
    public GuestCard(Mac mac, int mtu, int pairs) {
        this(mac, mtu, pairs, true);
    }

    /** The same card at another MTU, with a link or without. */
    public GuestCard with(int otherMtu, boolean link) {
        return new GuestCard(mac, otherMtu, pairs, link);
    }

    MemorySegment space() {
        MemorySegment space = Arena.ofAuto().allocate(SPACE_BYTES, 2);
        MemorySegment.copy(mac.bytes(), 0, space, ValueLayout.JAVA_BYTE, 0, 6);
        space.set(U16, 6, linkUp ? LINK_UP : 0);
        space.set(U16, 8, (short) pairs);
        space.set(U16, 10, (short) mtu);
        return space;
    }
}
