package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;

/**
 * The cable: whole Ethernet frames without FCS, as a card finds them behind its PHY. One thread, no
 * allocation.
 *
 * <p>Receiving: {@link #peek} makes a frame current, which stays so until {@link #consume}. Sending: {@link
 * #reserve} a place, write the frame there, {@link #commit}; {@link #flush} sends what was committed.
 */
public interface WirePort extends AutoCloseable {
    /** Bytes behind the current received frame, and behind a frame to send, that the card may use. */
    int TAIL_ROOM = 64;

    /** A descriptor that is readable when a frame waits and {@link #peek} holds none; -1 if there is none. */
    int fd();

    /**
     * Whether a frame is current; takes frames from below if none is.
     *
     * @param most how many frames are welcome, at least 1: the rest stays where it waits
     */
    boolean peek(int most);

    /** Where the current frame lies. The card may change its bytes and {@link #TAIL_ROOM} behind them. */
    MemorySegment frameMemory();

    /** Offset of the current frame. */
    long frameOffset();

    /** Bytes of the current frame. */
    int frameLength();

    /** Done with the current frame. */
    void consume();

    /**
     * A place for a frame to send, the same one until it is committed or flushed.
     *
     * @return its offset in {@link #sendMemory()}, or -1 if there is no room now
     */
    long reserve();

    /** Where frames to send are laid. */
    MemorySegment sendMemory();

    /** Bytes of a place. */
    int sendBytes();

    /** Queues the frame in the reserved place. */
    void commit(int length);

    /** Sends what is queued, as far as the medium takes it now; the rest stays queued. */
    void flush();

    /** Whether {@link #flush} left something. */
    boolean sendWaits();

    /** Frames that were lost on their way to {@link #peek}, since opened. */
    long drops();

    /** Whether there is a carrier. */
    boolean hasCarrier();

    @Override
    void close();
}
