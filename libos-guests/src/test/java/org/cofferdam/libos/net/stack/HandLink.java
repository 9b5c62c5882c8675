package org.cofferdam.libos.net.stack;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.libos.net.link.FrameSink;
import org.cofferdam.libos.net.link.Link;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.link.Offload;
import org.cofferdam.libos.net.wire.MacAddress;

/** A link whose other end is the test: it puts frames in as bytes and looks at those that come out. */
public final class HandLink implements Link {
    /** The stack's address. */
    public static final MacAddress MAC = MacAddress.parse("02:cf:00:00:00:01");

    private final MemorySegment memory = Arena.ofAuto().allocate(70_000);
    private final ArrayDeque<byte[]> in = new ArrayDeque<>();
    private final List<byte[]> out = new ArrayList<>();
    private final Offload none = new Offload();

    /** Puts a frame in. */
    public void put(byte[] frame) {
        in.add(frame);
    }

    /** Takes all frames that came out. */
    public List<byte[]> take() {
        List<byte[]> all = new ArrayList<>(out);
        out.clear();
        return all;
    }

    @Override
    public MacAddress mac() {
        return MAC;
    }

    @Override
    public LinkFeatures features() {
        return LinkFeatures.NONE;
    }

    @Override
    public int mtu() {
        return 1500;
    }

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public int poll(FrameSink sink, int limit) {
        int n = 0;
        for (; n < limit && !in.isEmpty(); n++) {
            byte[] frame = in.remove();
            // Exactly its bytes: a read behind the frame is an exception.
            sink.frame(MemorySegment.ofArray(frame.clone()).asReadOnly(), 0, frame.length, none);
        }
        return n;
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public long claim(int bytes) {
        return 0;
    }

    @Override
    public void commit(int bytes, Offload offload) {
        out.add(memory.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public void flush() {
        // The test looks when it likes.
    }
}
