package org.cofferdam.libos.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A split ring, seen from the driver.
 *
 * <p>One thread; lock-free, allocation-free. {@link #begin}, {@link #add} and {@link #end} make a chain, {@link
 * #publish} shows all chains so far to the device, {@link #shouldKick} says whether it wants to be told, and {@link
 * #poll} takes back one chain that the device is done with.
 *
 * <p>Addresses in descriptors are what the device understands; this class does not look behind them.
 */
public final class DriverRing {
    /** {@link #poll}: the device has returned nothing. */
    public static final int NOTHING = -1;

    private static final VarHandle U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final ValueLayout.OfShort U16_PLAIN =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int FLAG_NEXT = 1;
    private static final int FLAG_WRITE = 2;
    private static final long INDEX = 2;
    private static final long ENTRIES = 4;
    private static final int INDEX_MASK = 0xffff;
    private static final short NO_NOTIFICATION = 1;
    private static final int END = -1;

    private final int size;
    private final int mask;
    private final boolean eventIndex;
    private final MemorySegment descriptors;
    private final MemorySegment available;
    private final MemorySegment used;

    // The driver's own record of the table: the free list, and for each head that the device has,
    // what it may return.
    private final int[] next;
    private final int[] chainEnd;
    private final int[] chainLength;
    private final long[] chainWritable;
    private final boolean[] given;
    private final int[] token;
    private int firstFree;
    private int free;

    private int head = END;
    private int last = END;
    private long lastWord;
    private int pieces;
    private long writable;

    private int nextAvailable;
    private int shownBefore;
    private int nextUsed;
    private long usedLength;
    private RingError error = RingError.NONE;

    /**
     * Starts a ring in zeroed memory.
     *
     * @param memory what driver and device share; the place's offsets count from its start
     */
    public DriverRing(MemorySegment memory, RingPlace place) {
        this(memory, place, false);
    }

    /**
     * The same.
     *
     * @param eventIndex whether VIRTIO_F_EVENT_IDX was negotiated (section 2.7.7.1)
     */
    public DriverRing(MemorySegment memory, RingPlace place, boolean eventIndex) {
        this.eventIndex = eventIndex;
        this.size = place.size();
        this.mask = size - 1;
        this.descriptors = memory.asSlice(place.descriptors(), 16L * size);
        this.available = memory.asSlice(place.available(), 6 + 2L * size);
        this.used = memory.asSlice(place.used(), 6 + 8L * size);
        this.next = new int[size];
        this.chainEnd = new int[size];
        this.chainLength = new int[size];
        this.chainWritable = new long[size];
        this.given = new boolean[size];
        this.token = new int[size];
        Arrays.setAll(next, i -> i + 1 == size ? END : i + 1);
        this.free = size;
    }

    /** Descriptors that are free. */
    public int free() {
        return free;
    }

    /** Starts a chain. */
    public void begin() {
        if (head != END) {
            throw new IllegalStateException("A chain is open");
        }
        pieces = 0;
        writable = 0;
        last = END;
    }

    /**
     * Adds a buffer to the open chain; those that the device reads come first (section 2.7.4.2).
     *
     * @param length 1 to 2^32 - 1 bytes
     * @return false when no descriptor is free; {@link #free} says so before
     */
    public boolean add(long address, long length, boolean deviceWrites) {
        if (free == 0 || error != RingError.NONE) {
            return false;
        }
        int index = firstFree;
        firstFree = next[index];
        free--;
        if (last == END) {
            head = index;
        } else {
            // Only now is it known that the chain goes on: length, flags and next are written once
            // more.
            descriptors.set(
                    U64, 16L * last + 8, lastWord | (long) FLAG_NEXT << 32 | (long) index << 48);
            next[last] = index;
        }
        next[index] = END;
        lastWord = (length & 0xffff_ffffL) | (deviceWrites ? (long) FLAG_WRITE << 32 : 0);
        descriptors.set(U64, 16L * index, address);
        descriptors.set(U64, 16L * index + 8, lastWord);
        last = index;
        pieces++;
        writable += deviceWrites ? length : 0;
        return true;
    }

    /**
     * Ends the chain and puts it into the available ring; the device sees it after {@link #publish}.
     *
     * @param itsToken what {@link #poll} will answer when the device returns it, not negative
     */
    public void end(int itsToken) {
        if (head == END || itsToken < 0) {
            throw new IllegalStateException("No chain is open, or its token is negative");
        }
        chainEnd[head] = last;
        chainLength[head] = pieces;
        chainWritable[head] = writable;
        given[head] = true;
        token[head] = itsToken;
        available.set(U16_PLAIN, ENTRIES + 2L * (nextAvailable & mask), (short) head);
        nextAvailable = (nextAvailable + 1) & INDEX_MASK;
        head = END;
    }

    /** A chain of one buffer. Returns false when no descriptor is free. */
    public boolean offer(long address, long length, boolean deviceWrites, int itsToken) {
        begin();
        if (!add(address, length, deviceWrites)) {
            return false;
        }
        end(itsToken);
        return true;
    }

    /** Shows the device all chains so far: one release store of the index (section 2.7.13). */
    public void publish() {
        U16.setRelease(available, INDEX, (short) nextAvailable);
    }

    /** After {@link #publish}: whether the device asked to be told of what was shown since the last call. */
    public boolean shouldKick() {
        // The index must be visible before the device's wish is read (section 2.7.13.4).
        VarHandle.fullFence();
        if (eventIndex) {
            int event = Short.toUnsignedInt((short) U16.getOpaque(used, ENTRIES + 8L * size));
            int since = (nextAvailable - shownBefore) & INDEX_MASK;
            shownBefore = nextAvailable;
            return ((nextAvailable - event - 1) & INDEX_MASK) < since;
        }
        return ((short) U16.getOpaque(used, 0L) & NO_NOTIFICATION) == 0;
    }

    /**
     * Whether the device shall signal what it returns. After asking for signals, poll once more before sleeping. With event
     * indexes one signal is asked for at a time, and the wish not to have any goes stale by itself.
     */
    public void wantSignals(boolean wanted) {
        if (eventIndex) {
            if (wanted) {
                U16.setOpaque(available, ENTRIES + 2L * size, (short) nextUsed);
                VarHandle.fullFence();
            }
            return;
        }
        U16.setOpaque(available, 0L, wanted ? (short) 0 : NO_NOTIFICATION);
        VarHandle.fullFence();
    }

    /** Takes back one chain: its token, or {@link #NOTHING}. {@link #usedLength} says what was written into it. */
    public int poll() {
        if (error != RingError.NONE) {
            return NOTHING;
        }
        int index = Short.toUnsignedInt((short) U16.getAcquire(used, INDEX));
        int ready = (index - nextUsed) & INDEX_MASK;
        if (ready == 0) {
            return NOTHING;
        }
        if (ready > ((nextAvailable - nextUsed) & INDEX_MASK)) {
            return refuse(RingError.USED_INDEX_JUMP);
        }
        long entry = used.get(U64, ENTRIES + 8L * (nextUsed & mask));
        long id = entry & 0xffff_ffffL;
        long length = entry >>> 32;
        if (id >= size) {
            return refuse(RingError.USED_ID_OUT_OF_RANGE);
        }
        int returned = (int) id;
        if (!given[returned]) {
            return refuse(RingError.USED_ID_NOT_GIVEN);
        }
        if (length > chainWritable[returned]) {
            return refuse(RingError.USED_LENGTH_TOO_LONG);
        }
        given[returned] = false;
        next[chainEnd[returned]] = firstFree;
        firstFree = returned;
        free += chainLength[returned];
        nextUsed = (nextUsed + 1) & INDEX_MASK;
        usedLength = length;
        return token[returned];
    }

    private int refuse(RingError reason) {
        error = reason;
        return NOTHING;
    }

    /** Whether there is something to take back. One acquire load. */
    public boolean hasReturned() {
        return Short.toUnsignedInt((short) U16.getAcquire(used, INDEX)) != nextUsed;
    }

    /** Bytes that the device wrote into the chain that {@link #poll} took back last. */
    public long usedLength() {
        return usedLength;
    }

    /** Where a device goes on that has never seen this ring: behind what came back, as SET_VRING_BASE has it. */
    public int position() {
        return nextUsed;
    }

    /** What the device did wrong; {@link RingError#NONE} while the ring runs. */
    public RingError error() {
        return error;
    }
}
