package org.cofferdam.proxy.packetswitch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.NetHeader;

/**
 * Frames that were taken from one port together: private copies in one slab outside the heap, each with its 12-byte
 * virtio-net header directly in front.
 *
 * <pre>
 *  slab  | header 0 | frame 0 ... | pad | header 1 | frame 1 ... | pad | ...
 *        ^ header(0)^ frame(0)          ^ header(1), a multiple of 16
 * </pre>
 *
 * <p>One thread, preallocated, reused from burst to burst. A port fills it: it writes header and frame at {@link #next}
 * and calls {@link #add}.
 */
public final class Burst {
    /** Frames a burst holds unless said otherwise. */
    public static final int DEFAULT_FRAMES = 256;

    /** Bytes of its slab unless said otherwise: 60 frames of the largest size. */
    public static final int DEFAULT_BYTES = 4 << 20;

    /** What one frame can take at most. */
    static final int LARGEST_SLOT = slotBytes(Ethernet.LARGEST_FRAME);

    /** Stands for the place of a frame that is not in the slab. */
    private static final int NOT_COPIED = -1;

    private final MemorySegment slab;
    private final int[] header;
    private final int[] length;
    private final byte[] verdict;
    private int count;
    private int end;
    private int queue;

    /** A burst of the default size. */
    public Burst() {
        this(DEFAULT_FRAMES, DEFAULT_BYTES);
    }

    /**
     * An empty burst.
     *
     * @param frames most frames
     * @param bytes of the slab, room for one of the largest at least
     */
    public Burst(int frames, int bytes) {
        if (frames < 1 || bytes < LARGEST_SLOT) {
            throw new IllegalArgumentException(
                    "A burst of %d frames in %d bytes is too small".formatted(frames, bytes));
        }
        this.slab = Arena.ofAuto().allocate(bytes, 64);
        this.header = new int[frames];
        this.length = new int[frames];
        this.verdict = new byte[frames];
    }

    /** Forgets all frames. */
    public void clear() {
        count = 0;
        end = 0;
        queue = 0;
    }

    /** Most frames it holds. */
    public int capacity() {
        return header.length;
    }

    /** Whether one more frame of any legal size fits. */
    public boolean hasRoom() {
        return count < header.length && slab.byteSize() - end >= LARGEST_SLOT;
    }

    /** Where the next frame's header belongs; the frame follows it. */
    public long next() {
        return end;
    }

    /** Adds the frame that was written at {@link #next}. */
    public void add(int frameBytes) {
        append(frameBytes, Verdict.FORWARDED);
        end += slotBytes(frameBytes);
    }

    /** Adds a frame that was not copied, only to be counted and recorded. */
    public void addRefused(int frameBytes, Verdict reason) {
        append(frameBytes, reason);
        header[count - 1] = NOT_COPIED;
    }

    /** Whether the frame is in the slab; a refused one may not be, and then has no place there. */
    boolean isCopied(int index) {
        return header[index] != NOT_COPIED;
    }

    private void append(int frameBytes, Verdict initial) {
        header[count] = end;
        length[count] = frameBytes;
        verdict[count] = initial.code();
        count++;
    }

    /** How many frames it holds. */
    public int count() {
        return count;
    }

    /** The slab, for reading and writing frames in place. */
    public MemorySegment memory() {
        return slab;
    }

    /** Offset of a frame's virtio-net header. */
    public long header(int index) {
        return header[index];
    }

    /** Offset of a frame. */
    public long frame(int index) {
        return (long) header[index] + NetHeader.BYTES;
    }

    /** Bytes of a frame, without the virtio-net header. */
    public int length(int index) {
        return length[index];
    }

    /** What became of a frame so far. */
    public Verdict verdict(int index) {
        return Verdict.of(verdict[index]);
    }

    void setVerdict(int index, Verdict value) {
        verdict[index] = value.code();
    }

    /** The port's queue that all frames came from. */
    public int queue() {
        return queue;
    }

    public void setQueue(int queue) {
        this.queue = queue;
    }

    int[] lengths() {
        return length;
    }

    byte[] verdicts() {
        return verdict;
    }

    private static int slotBytes(int frameBytes) {
        return (NetHeader.BYTES + frameBytes + 15) & ~15;
    }
}
