package org.cofferdam.proxy.packetswitch;

/**
 * The frames of a burst that go to one port, in order, and what the port did with each. One thread, preallocated.
 */
public final class Selection {
    private final int[] frame;
    private final int[] length;
    private final byte[] verdict;
    private int count;

    /**
     * An empty selection.
     *
     * @param frames most frames, as the burst has
     */
    public Selection(int frames) {
        this.frame = new int[frames];
        this.length = new int[frames];
        this.verdict = new byte[frames];
    }

    /** Forgets all. */
    public void clear() {
        count = 0;
    }

    /** Adds a frame of the burst; until the port says otherwise it counts as sent. */
    public void add(Burst burst, int index, Verdict initial) {
        frame[count] = index;
        length[count] = burst.length(index);
        verdict[count] = initial.code();
        count++;
    }

    /** How many frames fit. */
    int capacity() {
        return frame.length;
    }

    public int count() {
        return count;
    }

    /** The frame's index in the burst. */
    public int frame(int position) {
        return frame[position];
    }

    /** The port could not send this one. */
    public void refuse(int position, Verdict reason) {
        verdict[position] = reason.code();
    }

    public Verdict verdict(int position) {
        return Verdict.of(verdict[position]);
    }

    int[] lengths() {
        return length;
    }

    byte[] verdicts() {
        return verdict;
    }
}
