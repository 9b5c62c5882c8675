package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Ordered stores of 16 bits into memory that its owner may cut short at any time.
 *
 * <p>A VarHandle's opaque, release or volatile store of a short must not be used there: until C2 has compiled the call,
 * the JVM stores by an {@code xchgw}, whose length its handler of memory faults does not know, and ends the process
 * (Temurin 25.0.3: "ShouldNotReachHere", assembler_x86.cpp). A fence and a plain store, which is one {@code movw} when it
 * is aligned, cost the same and end in an InternalError like every other access. Loads, and stores of 32 and 64 bits,
 * are not affected.
 */
final class PeerStore {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PeerStore() {}

    /**
     * Stores after all loads and stores before it.
     *
     * @param offset aligned to 2 bytes, in the segment and in memory
     */
    static void release16(MemorySegment memory, long offset, int value) {
        VarHandle.releaseFence();
        memory.set(U16, offset, (short) value);
    }
}
