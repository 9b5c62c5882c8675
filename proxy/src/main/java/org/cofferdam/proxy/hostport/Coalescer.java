package org.cofferdam.proxy.hostport;

import java.lang.foreign.MemorySegment;
import org.cofferdam.proxy.frame.FrameView;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.Selection;
import org.cofferdam.proxy.packetswitch.Verdict;

/**
 * Joins consecutive segments of TCP connections, and datagrams of one size between the same two UDP ports, within one
 * burst, into large frames with a virtio-net header that says how to cut them again: what Linux calls generic receive
 * offload.
 *
 * <p>Several flows are joined side by side; the order within each is kept, and nothing stays behind after {@link #send}.
 * One thread, allocation-free.
 */
final class Coalescer {
    private static final int SIDE_BY_SIDE = 8;
    private static final int NONE = -1;

    private final FrameSink sink;
    private final FrameView view = new FrameView();

    // The merges in use come first, oldest first.
    private final FrameMerge[] merges = new FrameMerge[SIDE_BY_SIDE];
    private final int[] firstMember = new int[SIDE_BY_SIDE];
    private final int[] lastMember = new int[SIDE_BY_SIDE];
    private int open;

    private final boolean largeDatagrams;

    // For each position of the selection, the next one that joined the same frame.
    private final int[] nextMember;

    /**
     * A coalescer in front of a sink.
     *
     * @param largeDatagrams whether the sink takes {@link org.cofferdam.proxy.frame.NetHeader#GSO_UDP}
     * @param frames most frames in a selection
     */
    Coalescer(FrameSink sink, boolean largeDatagrams, int frames) {
        this.sink = sink;
        this.largeDatagrams = largeDatagrams;
        this.nextMember = new int[frames];
        for (int i = 0; i < SIDE_BY_SIDE; i++) {
            merges[i] = new FrameMerge();
        }
    }

    /** Sends all selected frames, joined where they can be; refuses in the selection those that the sink did not take. */
    void send(Burst burst, Selection selection) {
        int count = selection.count();
        for (int position = 0; position < count; position++) {
            offer(burst, selection, position);
        }
        while (open > 0) {
            close(0, selection);
        }
    }

    private void offer(Burst burst, Selection selection, int position) {
        int index = selection.frame(position);
        MemorySegment memory = burst.memory();
        long header = burst.header(index);
        int length = burst.length(index);
        nextMember[position] = NONE;
        if (!view.parse(memory, burst.frame(index), length)) {
            // It may be a fragment or something else that belongs to one of the connections: keep
            // the order.
            while (open > 0) {
                close(0, selection);
            }
            write(memory, header, length, selection, position);
            return;
        }
        if (!view.isTcp() && !largeDatagrams) {
            write(memory, header, length, selection, position);
            return;
        }
        boolean plain = FrameMerge.isPlain(memory, header, length, view);
        int merge = find(memory, burst.frame(index));
        if (merge != NONE) {
            if (plain && merges[merge].continuedBy(memory, header, length, view)) {
                nextMember[lastMember[merge]] = position;
                lastMember[merge] = position;
                if (!merges[merge].add(memory, header, length)) {
                    close(merge, selection);
                }
                return;
            }
            close(merge, selection);
        }
        if (!plain || !FrameMerge.mayBegin(memory, header, length, view)) {
            write(memory, header, length, selection, position);
            return;
        }
        if (open == SIDE_BY_SIDE) {
            close(0, selection);
        }
        merges[open].start(memory, header, length, view);
        firstMember[open] = position;
        lastMember[open] = position;
        open++;
    }

    private int find(MemorySegment memory, long frame) {
        for (int i = 0; i < open; i++) {
            if (merges[i].sameFlow(memory, frame, view)) {
                return i;
            }
        }
        return NONE;
    }

    private void close(int index, Selection selection) {
        FrameMerge merge = merges[index];
        merge.finish();
        Verdict verdict = sink.write(merge.memory(), merge.header(), merge.length());
        if (!verdict.passes()) {
            for (int at = firstMember[index]; at != NONE; at = nextMember[at]) {
                selection.refuse(at, verdict);
            }
        }
        open--;
        for (int i = index; i < open; i++) {
            merges[i] = merges[i + 1];
            firstMember[i] = firstMember[i + 1];
            lastMember[i] = lastMember[i + 1];
        }
        merges[open] = merge;
    }

    private void write(
            MemorySegment memory, long header, int length, Selection selection, int position) {
        Verdict verdict = sink.write(memory, header, length);
        if (!verdict.passes()) {
            selection.refuse(position, verdict);
        }
    }
}
