package org.cofferdam.libos.net.link;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A bounded number of frames in slots of one size, each due at a time; the one that is due first comes out first, and of
 * those due at the same time the one that came first.
 *
 * <p>A binary heap of slot numbers. One thread, allocation-free once made.
 */
final class FrameQueue {
    final MemorySegment memory;

    private final int slotBytes;
    private final int[] lengths;
    private final Offload[] offloads;
    private final long[] due;
    private final long[] order;
    private final int[] heap;
    private int size;
    private long count;

    FrameQueue(int slots, int slotBytes) {
        this.slotBytes = (slotBytes + 7) & ~7;
        this.memory = Arena.ofAuto().allocate((long) this.slotBytes * slots, 8);
        this.lengths = new int[slots];
        this.offloads = new Offload[slots];
        this.due = new long[slots];
        this.order = new long[slots];
        this.heap = new int[slots];
        for (int i = 0; i < slots; i++) {
            offloads[i] = new Offload();
            heap[i] = i;
        }
    }

    boolean isFull() {
        return size == heap.length;
    }

    int slotBytes() {
        return slotBytes;
    }

    /** Where the next frame is to be written; valid unless {@link #isFull}. */
    long nextPlace() {
        return (long) heap[size] * slotBytes;
    }

    /** Takes in the frame that was written to {@link #nextPlace}. */
    void add(int length, Offload offload, long dueAt) {
        int slot = heap[size];
        lengths[slot] = length;
        offloads[slot].set(offload);
        due[slot] = dueAt;
        order[slot] = count++;
        int at = size++;
        while (at > 0 && before(heap[at], heap[(at - 1) / 2])) {
            swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    boolean hasDue(long now) {
        return size > 0 && due[heap[0]] <= now;
    }

    /** When the first frame is due, or {@link Long#MAX_VALUE}. */
    long nextDue() {
        return size == 0 ? Long.MAX_VALUE : due[heap[0]];
    }

    long firstPlace() {
        return (long) heap[0] * slotBytes;
    }

    int firstLength() {
        return lengths[heap[0]];
    }

    Offload firstOffload() {
        return offloads[heap[0]];
    }

    /** Lets go of the first frame. */
    void remove() {
        swap(0, --size);
        int at = 0;
        while (true) {
            int least = at;
            for (int child = 2 * at + 1; child <= 2 * at + 2 && child < size; child++) {
                if (before(heap[child], heap[least])) {
                    least = child;
                }
            }
            if (least == at) {
                return;
            }
            swap(at, least);
            at = least;
        }
    }

    private boolean before(int a, int b) {
        return due[a] != due[b] ? due[a] < due[b] : order[a] < order[b];
    }

    private void swap(int i, int j) {
        int slot = heap[i];
        heap[i] = heap[j];
        heap[j] = slot;
    }
}
