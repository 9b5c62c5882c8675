package org.cofferdam.proxy.packetswitch;

/**
 * A port's share of the switch's thread: deficit round robin (Shreedhar and Varghese, 1995) over what frames cost, not
 * over their number, so that a port of large frames gets no more time than one of small ones. What a turn took beyond
 * its share the next one lacks; what it left is forgotten, since a port that has nothing to send is owed nothing.
 *
 * <p>A gate around the receiver's. Switch thread; allocation-free.
 */
final class FairTurn implements ReceiveGate {
    /** A turn's share, in units of about a nanosecond: some 240 small frames, or four of the largest. */
    static final int SHARE = 1 << 15;

    /** What each frame costs, whatever its length, and what 8 bytes cost beside: measured, roughly. */
    private static final int FRAME_COST = 128;

    private static final int BYTES_SHIFT = 3;

    private ReceiveGate receiver = ReceiveGate.OPEN;
    private int credit;

    /** For one turn, before the receiver's own gate. */
    FairTurn towards(ReceiveGate gate) {
        receiver = gate;
        return this;
    }

    @Override
    public boolean open(long now) {
        // One frame of the largest size costs less than a share, so a debt never lasts a turn.
        credit = Math.min(SHARE, credit + SHARE);
        return receiver.open(now);
    }

    @Override
    public boolean admits() {
        return credit > 0 && receiver.admits();
    }

    @Override
    public void reserve(int frameBytes) {
        credit -= FRAME_COST + (frameBytes >> BYTES_SHIFT);
        receiver.reserve(frameBytes);
    }
}
