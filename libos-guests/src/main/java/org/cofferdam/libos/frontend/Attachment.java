package org.cofferdam.libos.frontend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.libos.ring.RingPlace;

/**
 * What came of the talk with a back end: the features that both have, and what the card says of itself. Closing it ends
 * the attachment; memory and queues stay the caller's, for the next one.
 *
 * @param features of virtio, both sides'
 * @param mac the card's address as a number, first byte on the wire highest; 0 if the back end does not say
 * @param mtu bytes of IP packet that fit its frames; 0 if it does not say
 */
public record Attachment(BackEnd backEnd, long features, long mac, int mtu)
        implements AutoCloseable {
    /** VIRTIO_NET_F_MTU, VIRTIO_NET_F_MAC (virtio 1.2, section 5.1.3). */
    private static final long MTU = 1L << 3;

    private static final long MAC = 1L << 5;

    /** VHOST_USER_F_PROTOCOL_FEATURES. */
    private static final long PROTOCOL_FEATURES = 1L << 30;

    private static final long VERSION_1 = 1L << 32;

    private static final long REPLY_ACK = 1L << 3;
    private static final long CONFIG = 1L << 9;

    // virtio 1.2, section 5.1.4: mac, status, max_virtqueue_pairs, mtu.
    private static final int CONFIG_BYTES = 12;
    private static final int CONFIG_MTU = 10;

    /**
     * Attaches queues to a back end; they run when this returns.
     *
     * @param backEnd the attachment's own from now on, also if this fails
     * @param wanted virtio features that the caller can use; {@code VERSION_1} is demanded
     * @param memory what all queues and buffers lie in; guest-physical addresses are offsets in it
     * @param queues in their order: receive, transmit, receive, …
     * @throws BackEndException if the back end cannot or does not want to
     */
    public static Attachment attach(
            BackEnd backEnd, long wanted, SharedMemory memory, List<Queue> queues)
            throws BackEndException {
        try {
            return talk(backEnd, wanted, memory, queues);
        } catch (BackEndException | RuntimeException e) {
            backEnd.close();
            throw e;
        }
    }

    private static Attachment talk(
            BackEnd backEnd, long wanted, SharedMemory memory, List<Queue> queues)
            throws BackEndException {
        backEnd.tell(Request.SET_OWNER, new long[0]);
        long offered = backEnd.ask(Request.GET_FEATURES);
        if ((offered & VERSION_1) == 0 || (offered & PROTOCOL_FEATURES) == 0) {
            throw new BackEndException(
                    "the back end is older than virtio 1.0 or has no protocol features");
        }
        long protocol = backEnd.ask(Request.GET_PROTOCOL_FEATURES) & (REPLY_ACK | CONFIG);
        backEnd.tell(Request.SET_PROTOCOL_FEATURES, new long[] {protocol});
        if ((protocol & REPLY_ACK) != 0) {
            backEnd.acknowledged();
        }
        long features = offered & (wanted | VERSION_1);
        backEnd.tell(Request.SET_FEATURES, new long[] {features | PROTOCOL_FEATURES});
        // "Memory regions description": one region; its user address is ours.
        backEnd.tell(
                Request.SET_MEM_TABLE,
                new long[] {1, 0, memory.size(), memory.address(), 0},
                memory.fd());
        for (int i = 0; i < queues.size(); i++) {
            start(backEnd, i, queues.get(i), memory.address());
        }
        byte[] config = new byte[CONFIG_BYTES];
        if ((protocol & CONFIG) != 0) {
            config = backEnd.config(0, CONFIG_BYTES);
        }
        return new Attachment(
                backEnd,
                features,
                (features & MAC) != 0 ? mac(config) : 0,
                (features & MTU) != 0 ? mtu(config) : 0);
    }

    private static void start(BackEnd backEnd, int number, Queue queue, long base)
            throws BackEndException {
        RingPlace place = queue.place();
        backEnd.tellRing(Request.SET_VRING_NUM, number, place.size());
        backEnd.tellRing(Request.SET_VRING_BASE, number, queue.position());
        // "A vring address description": index and flags, descriptors, used, available, log.
        backEnd.tell(
                Request.SET_VRING_ADDR,
                new long[] {
                    number,
                    base + place.descriptors(),
                    base + place.used(),
                    base + place.available(),
                    0
                });
        backEnd.tell(Request.SET_VRING_CALL, new long[] {number}, queue.callFd());
        backEnd.tell(Request.SET_VRING_KICK, new long[] {number}, queue.kickFd());
        backEnd.tellRing(Request.SET_VRING_ENABLE, number, 1);
    }

    private static long mac(byte[] config) {
        long mac = 0;
        for (int i = 0; i < 6; i++) {
            mac = mac << 8 | (config[i] & 0xff);
        }
        return mac;
    }

    private static int mtu(byte[] config) {
        return Short.toUnsignedInt(
                MemorySegment.ofArray(config)
                        .get(
                                ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                                CONFIG_MTU));
    }

    /** Whether both have a feature. */
    public boolean has(long feature) {
        return (features & feature) != 0;
    }

    @Override
    public void close() {
        backEnd.close();
    }
}
