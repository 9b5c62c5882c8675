package org.cofferdam.proxy.packetswitch;

import org.cofferdam.proxy.virtqueue.QueueError;

/**
 * Where the switch and its ports record what crosses them. On the switch's thread; allocation-free but for attach and
 * detach.
 */
public interface CrossingRecorder {
    /** Records nothing: for benchmarks that measure what the log costs. */
    CrossingRecorder NONE =
            new CrossingRecorder() {
                @Override
                public boolean hasRoom(PortId cause, int bursts, int packets) {
                    return true;
                }

                @Override
                public boolean burstIn(
                        PortId port, int queue, int packets, int[] lengths, byte[] verdicts) {
                    return true;
                }

                @Override
                public boolean burstOut(
                        PortId port, int queue, int packets, int[] lengths, byte[] verdicts) {
                    return true;
                }

                @Override
                public boolean queueRefused(PortId port, int queue, int head, QueueError error) {
                    return true;
                }

                @Override
                public void attached(PortId port, String what) {}

                @Override
                public void detached(PortId port, String what) {}
            };

    /** Whether this many burst records, of this many packets each, that a port's peer causes, fit now. */
    boolean hasRoom(PortId cause, int bursts, int packets);

    /**
     * A burst was taken from a port.
     *
     * @param lengths bytes of each frame; the first {@code packets} count
     * @param verdicts {@link Verdict#code} of each frame
     * @return false when there was no room
     */
    boolean burstIn(PortId port, int queue, int packets, int[] lengths, byte[] verdicts);

    /** Frames of the burst that was taken last were given to a port, at that one's cost; like {@link #burstIn}. */
    boolean burstOut(PortId port, int queue, int packets, int[] lengths, byte[] verdicts);

    /** A queue was refused; false when there was no room. */
    boolean queueRefused(PortId port, int queue, int head, QueueError error);

    /**
     * A station's second is over.
     *
     * @param now of the switch's clock, which the summary's times are of
     * @return false when there was no room; the summary goes on then
     */
    default boolean flows(PortId port, FlowWatch watch, long now) {
        return true;
    }

    /** A station with a summary that found no room is taken away. */
    default void flowsLost() {}

    /** A port's peer is there. May wait for room. */
    void attached(PortId port, String what);

    /** A port's peer is gone. May wait for room. */
    void detached(PortId port, String what);
}
