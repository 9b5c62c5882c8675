package org.cofferdam.libos.net.link;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * A network card as the stack sees it: the stack's lower border. One thread, the stack's; no method blocks, and none
 * allocates but the first two.
 *
 * <p>Receive: {@link #poll} hands over a burst. Transmit: {@link #claim} gives a place for a frame in the link's own
 * memory, the stack writes the frame there, {@link #commit} sends it, and {@link #flush} ends the burst. So a frame is
 * written once, where the card will read it. A place that is not committed is given up by the next claim.
 */
public interface Link {
    /** No room for a frame now. */
    long NO_ROOM = -1;

    /** Bytes of the longest frame that can be asked for or handed over: a segment of 64 KiB with its headers. */
    int LONGEST_FRAME = 65_550;

    /** This station's address. */
    MacAddress mac();

    /** What this link does for transmitted frames. Does not change while the link lives. */
    LinkFeatures features();

    /** Bytes of the longest IP packet, at least 576; with IPv6 at least 1280. */
    int mtu();

    /** Whether there is a carrier; frames that are committed without one are lost. */
    boolean isUp();

    /**
     * Hands over frames that have arrived.
     *
     * @param limit the most frames of this burst
     * @return how many it handed over
     */
    int poll(FrameSink sink, int limit);

    /** The memory that {@link #claim} counts in. Does not change while the link lives. */
    MemorySegment memory();

    /**
     * A place for one frame.
     *
     * @param bytes the most that the frame will have, Ethernet header included, up to {@link #LONGEST_FRAME}
     * @return its offset in {@link #memory}, or {@link #NO_ROOM}
     */
    long claim(int bytes);

    /**
     * Sends what was written into the claimed place.
     *
     * @param bytes length of the frame, at most what was claimed
     * @param offload what it asks for, within {@link #features}; read before this method returns
     */
    void commit(int bytes, Offload offload);

    /** Ends a burst: the card is told, once, of all frames committed so far. */
    void flush();
}
