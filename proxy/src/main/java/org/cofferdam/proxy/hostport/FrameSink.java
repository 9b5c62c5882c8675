package org.cofferdam.proxy.hostport;

import java.lang.foreign.MemorySegment;
import org.cofferdam.proxy.packetswitch.Verdict;

/** Where finished frames go. */
interface FrameSink {
    /**
     * Sends one frame.
     *
     * @param header offset of its virtio-net header, which the frame follows
     * @param frameBytes bytes of the frame, without the header
     * @return {@link Verdict#FORWARDED}, or why not
     */
    Verdict write(MemorySegment memory, long header, int frameBytes);
}
