package org.cofferdam.monitor.card;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A cable whose other end is the test. */
final class MemoryWire implements WirePort {
    private static final int SLOT = 17 << 10;

    private final MemorySegment in = Arena.ofAuto().allocate(SLOT + TAIL_ROOM, 64);
    private final MemorySegment out = Arena.ofAuto().allocate(SLOT, 64);
    private final Deque<byte[]> toCard = new ArrayDeque<>();
    private final List<byte[]> fromCard = new ArrayList<>();
    private boolean current;
    private int currentLength;
    private boolean carrier = true;
    private int room = Integer.MAX_VALUE;
    private long drops;
    private boolean recording = true;
    private long framesSent;

    void deliver(byte[] frame) {
        toCard.add(frame);
    }

    int waiting() {
        return toCard.size() + (current ? 1 : 0);
    }

    List<byte[]> sent() {
        return fromCard;
    }

    long framesSent() {
        return framesSent;
    }

    /** Counts frames from now on instead of keeping them. */
    void countOnly() {
        recording = false;
    }

    void carrier(boolean present) {
        carrier = present;
    }

    /** How many more frames the wire takes. */
    void room(int frames) {
        room = frames;
    }

    void lose(int frames) {
        drops += frames;
    }

    @Override
    public int fd() {
        return -1;
    }

    @Override
    public boolean peek(int most) {
        if (!current && !toCard.isEmpty()) {
            byte[] frame = toCard.remove();
            MemorySegment.copy(frame, 0, in, ValueLayout.JAVA_BYTE, 0, frame.length);
            currentLength = frame.length;
            current = true;
        }
        return current;
    }

    @Override
    public MemorySegment frameMemory() {
        return in;
    }

    @Override
    public long frameOffset() {
        return 0;
    }

    @Override
    public int frameLength() {
        return currentLength;
    }

    @Override
    public void consume() {
        current = false;
    }

    @Override
    public long reserve() {
        return room > 0 ? 0 : -1;
    }

    @Override
    public MemorySegment sendMemory() {
        return out;
    }

    @Override
    public int sendBytes() {
        return SLOT;
    }

    @Override
    public void commit(int length) {
        room--;
        framesSent++;
        if (recording) {
            fromCard.add(out.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Override
    public void flush() {}

    @Override
    public boolean sendWaits() {
        return room <= 0;
    }

    @Override
    public long drops() {
        return drops;
    }

    @Override
    public boolean hasCarrier() {
        return carrier;
    }

    @Override
    public void close() {}
}
