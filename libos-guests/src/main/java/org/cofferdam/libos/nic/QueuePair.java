package org.cofferdam.libos.nic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.cofferdam.binding.Parts;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.libos.frontend.Attachment;
import org.cofferdam.libos.frontend.BackEnd;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.frontend.Queue;
import org.cofferdam.libos.ring.DriverRing;
import org.cofferdam.libos.ring.RingError;
import org.cofferdam.libos.ring.RingPlace;
import org.jspecify.annotations.Nullable;

/**
 * A receive and a transmit queue with their buffers, in memory that a back end maps.
 *
 * <pre>
 * receive ring | transmit ring | receive buffers, 2 KiB each | transmit slots, one frame each
 * </pre>
 *
 * <p>Each frame has the 12 bytes of virtio_net_hdr before it (virtio 1.2, section 5.1.6), both ways. One thread;
 * allocation-free but for {@link #attach}.
 */
public final class QueuePair implements AutoCloseable {
    /** {@link #claim}: no slot is free now. {@link #receive}: nothing has come. */
    public static final int NONE = -1;

    /** Bytes of the header before each frame. */
    public static final int HEADER_BYTES = 12;

    /** The longest frame: a segment of 64 KiB with its headers. */
    public static final int LONGEST_FRAME = 65_550;

    /** Descriptors of each queue. */
    public static final int SIZE = 256;

    private static final int BUFFER_BYTES = 2048;
    private static final long NUM_BUFFERS = 10;
    private static final int PAGE = 4096;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final long wanted;
    private final int slots;
    private final long slotBytes;
    private final RingPlace receivePlace = RingPlace.packed(SIZE, 0);
    private final RingPlace transmitPlace = RingPlace.packed(SIZE, pages(receivePlace.end()));
    private final long buffersAt = pages(transmitPlace.end());
    private final long slotsAt = buffersAt + (long) SIZE * BUFFER_BYTES;

    private final Parts parts = new Parts();
    private final SharedMemory memory;
    private final EventFd kick;
    private final EventFd call;
    private final MemorySegment shared;
    private final MemorySegment frame =
            Arena.ofAuto().allocate(HEADER_BYTES + LONGEST_FRAME + BUFFER_BYTES, 8);

    private final int[] freeSlots;
    private int free;
    private int claimed = NONE;

    private @Nullable Attachment attachment;
    private @Nullable DriverRing receive;
    private @Nullable DriverRing transmit;
    private long features;
    private boolean offered;
    private long broken;

    /**
     * Queues with memory and no back end yet.
     *
     * @param wanted features that the caller can use, of {@link NetFeatures}
     */
    public QueuePair(long wanted) {
        this.wanted = wanted;
        boolean segments = (wanted & (NetFeatures.HOST_TSO4 | NetFeatures.HOST_TSO6)) != 0;
        this.slots = segments ? 64 : SIZE;
        this.slotBytes = segments ? pages(HEADER_BYTES + LONGEST_FRAME) : BUFFER_BYTES;
        this.freeSlots = new int[slots];
        for (int i = 0; i < slots; i++) {
            freeSlots[i] = i;
        }
        this.free = slots;
        try {
            memory =
                    parts.add(
                            SharedMemory.create("libos-card", pages(slotsAt + slots * slotBytes)));
            kick = parts.add(EventFd.create());
            call = parts.add(EventFd.create());
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
        shared = memory.segment();
    }

    private static long pages(long bytes) {
        return (bytes + PAGE - 1) / PAGE * PAGE;
    }

    /**
     * Attaches to a back end, the first one or the next. What an earlier one had and did not return is the next one's.
     *
     * @throws BackEndException if it cannot or does not want to, or lacks a feature that the first one had
     */
    public void attach(BackEnd backEnd) throws BackEndException {
        detach();
        DriverRing received = receive;
        DriverRing transmitted = transmit;
        Attachment next =
                Attachment.attach(
                        backEnd,
                        wanted,
                        memory,
                        List.of(queue(receivePlace, received), queue(transmitPlace, transmitted)));
        if (received == null || transmitted == null) {
            boolean events = next.has(NetFeatures.EVENT_IDX);
            features = next.features();
            receive = new DriverRing(shared, receivePlace, events);
            transmit = new DriverRing(shared, transmitPlace, events);
            for (int i = 0; i < SIZE; i++) {
                offerBuffer(i);
            }
        } else if (next.features() != features) {
            next.close();
            throw new BackEndException(
                    "the back end has other features (0x%x) than the one before it (0x%x)"
                            .formatted(next.features(), features));
        }
        attachment = next;
        // Whatever was given while nobody was there.
        kick.signal();
        flush();
    }

    private Queue queue(RingPlace place, @Nullable DriverRing ring) {
        return new Queue(place, ring == null ? 0 : ring.position(), kick.fd(), call.fd());
    }

    private void offerBuffer(int buffer) {
        if (receive == null
                || !receive.offer(
                        buffersAt + (long) buffer * BUFFER_BYTES, BUFFER_BYTES, true, buffer)) {
            throw new IllegalStateException("a buffer without a descriptor");
        }
        offered = true;
    }

    /** What the back end and this card have in common; 0 before the first attachment. */
    public long features() {
        return features;
    }

    /** What the last back end said of the card; empty fields before the first one. */
    public long mac() {
        return attachment == null ? 0 : attachment.mac();
    }

    /** Bytes of IP packet that fit the card's frames, or 0 if the back end did not say. */
    public int mtu() {
        return attachment == null ? 0 : attachment.mtu();
    }

    /** Whether a back end is attached, as far as its connection tells. One system call. */
    public boolean isAttached() {
        return attachment != null && attachment.backEnd().isThere();
    }

    /** Lets go of the back end, if there is one; queues and what is in them stay. */
    public void detach() {
        if (attachment != null) {
            attachment.close();
            attachment = null;
        }
    }

    /** Readable when the back end has returned something that was asked to be told of ({@link #prepareToSleep}). */
    public int callFd() {
        return call.fd();
    }

    /** Signalled when the back end is to look. */
    public int kickFd() {
        return kick.fd();
    }

    // --- receive

    /** The private copy that {@link #receive} fills: header and frame. */
    public MemorySegment frame() {
        return frame;
    }

    /**
     * Copies the next frame that has come, with its header, and gives its buffers back; {@link #flush} shows them.
     *
     * @return bytes of header and frame, at least {@value #HEADER_BYTES} and one more; or {@link #NONE}
     */
    public int receive() {
        DriverRing ring = receive;
        while (ring != null) {
            int buffer = ring.poll();
            if (buffer == DriverRing.NOTHING) {
                return NONE;
            }
            int bytes = copy(buffer, 0, (int) ring.usedLength());
            boolean whole = bytes > HEADER_BYTES;
            // Section 5.1.6.4: the frame goes on in as many buffers as its header says, which are
            // returned
            // together. Read from the copy.
            int buffers = Short.toUnsignedInt(frame.get(U16, NUM_BUFFERS));
            for (int i = 1; whole && i < buffers; i++) {
                int next = ring.poll();
                int piece = next == DriverRing.NOTHING ? 0 : (int) ring.usedLength();
                whole = piece > 0 && bytes + piece <= HEADER_BYTES + LONGEST_FRAME;
                if (next != DriverRing.NOTHING) {
                    bytes += copy(next, whole ? bytes : 0, piece);
                }
            }
            if (whole) {
                return bytes;
            }
            broken++;
        }
        return NONE;
    }

    /** Whether {@link #receive} would find something, as far as a look at the queue tells. */
    public boolean hasReceived() {
        return receive != null && receive.hasReturned();
    }

    private int copy(int buffer, int at, int bytes) {
        MemorySegment.copy(shared, buffersAt + (long) buffer * BUFFER_BYTES, frame, at, bytes);
        offerBuffer(buffer);
        return bytes;
    }

    /** Frames that came without an end or without a byte. */
    public long brokenFrames() {
        return broken;
    }

    // --- transmit

    /** The memory that {@link #claim} counts in; the back end reads it, too. */
    public MemorySegment memory() {
        return shared;
    }

    /**
     * A place for a header and a frame; not committed, it is given out again.
     *
     * @param bytes of header and frame together, at most
     * @return the header's offset in {@link #memory}, or {@link #NONE}
     */
    public long claim(int bytes) {
        if (bytes > slotBytes || transmit == null) {
            return NONE;
        }
        if (claimed == NONE) {
            if (free == 0) {
                reclaim();
            }
            if (free == 0 || transmit.free() == 0) {
                return NONE;
            }
            claimed = freeSlots[--free];
        }
        return claimed();
    }

    /** Where the place lies that {@link #claim} gave out last and that was not committed. */
    public long claimed() {
        if (claimed == NONE) {
            throw new IllegalStateException("nothing is claimed");
        }
        return slotsAt + claimed * slotBytes;
    }

    private void reclaim() {
        DriverRing ring = transmit;
        while (ring != null) {
            int slot = ring.poll();
            if (slot == DriverRing.NOTHING) {
                return;
            }
            freeSlots[free++] = slot;
        }
    }

    /** Gives the claimed place, so many bytes of it, to the back end; {@link #flush} shows it. */
    public void commit(int bytes) {
        if (claimed == NONE || transmit == null) {
            throw new IllegalStateException("nothing is claimed");
        }
        if (!transmit.offer(slotsAt + claimed * slotBytes, bytes, false, claimed)) {
            // The back end has broken the ring; what it has of it is lost.
            freeSlots[free++] = claimed;
        }
        claimed = NONE;
        offered = true;
    }

    /** Shows the back end everything that was given since the last time, and tells it if it wants to be told. */
    public void flush() {
        if (!offered || receive == null || transmit == null) {
            return;
        }
        offered = false;
        receive.publish();
        transmit.publish();
        boolean wantsReceive = receive.shouldKick();
        if (transmit.shouldKick() || wantsReceive) {
            kick.signal();
        }
    }

    /**
     * Before the thread waits for {@link #callFd}.
     *
     * @return false if a frame has come meanwhile, so that it must not wait
     */
    public boolean prepareToSleep() {
        DriverRing ring = receive;
        if (ring == null) {
            return true;
        }
        // Drained first: a call that comes from here on stays readable.
        call.take();
        ring.wantSignals(true);
        return !ring.hasReturned();
    }

    /** After the thread has waited: no calls are wanted while it polls. */
    public void awake() {
        if (receive != null) {
            receive.wantSignals(false);
        }
    }

    /** What the back end did wrong in a queue; {@link RingError#NONE} if nothing. */
    public RingError error() {
        if (receive != null && receive.error() != RingError.NONE) {
            return receive.error();
        }
        return transmit == null ? RingError.NONE : transmit.error();
    }

    @Override
    public void close() {
        detach();
        parts.close();
    }
}
