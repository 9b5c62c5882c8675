package org.cofferdam.proxy.packetswitch;

/**
 * Back-pressure: how much a receiver can take, asked by the ports that send to it before they take a frame from their
 * own peer. A frame that the gate admitted fits.
 */
public interface ReceiveGate {
    /** Admits everything: for receivers that drop what they have no room for. */
    ReceiveGate OPEN =
            new ReceiveGate() {
                @Override
                public boolean open(long now) {
                    return true;
                }

                @Override
                public boolean admits() {
                    return true;
                }

                @Override
                public void reserve(int frameBytes) {}
            };

    /**
     * Begins to count afresh.
     *
     * @param now nanoseconds of the switch's clock
     * @return whether one frame of the largest size fits
     */
    boolean open(long now);

    /** Whether, beside what was reserved since {@link #open}, one more frame of the largest size fits. */
    boolean admits();

    /** One frame was taken. */
    void reserve(int frameBytes);
}
