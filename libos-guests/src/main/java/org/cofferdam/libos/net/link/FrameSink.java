package org.cofferdam.libos.net.link;

import java.lang.foreign.MemorySegment;

/** Who takes the frames of a link. */
@FunctionalInterface
public interface FrameSink {
    /**
     * One frame, valid until this method returns.
     *
     * @param memory a private copy: its bytes do not change during the call
     * @param offset where the Ethernet header begins
     * @param length bytes of the frame, 1 to 65,550; all of them lie in the memory
     * @param offload what the frame asks for or tells; not checked
     */
    void frame(MemorySegment memory, long offset, int length, Offload offload);
}
