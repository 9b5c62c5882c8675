package org.cofferdam.proxy.packetswitch;

/** A way in and out of the switch. All methods run on the switch's thread; none blocks, allocates or throws. */
public interface Port {

    /**
     * Takes frames that the peer sent, up to what the burst holds and the gate admits.
     *
     * @param burst empty; a private copy of each frame goes in
     * @param gate asked before each frame, told of each
     */
    void receive(Burst burst, ReceiveGate gate);

    /**
     * Copies the selected frames to the peer, and refuses those it cannot take ({@link Selection#refuse}). The peer may
     * see them only after {@link #flush}.
     */
    void send(Burst burst, Selection selection);

    /**
     * The end of a pass: shows the peer what was sent and what was taken.
     *
     * @param now nanoseconds of the switch's clock
     */
    void flush(long now);

    /** What holds back the ports that send here, when this one is the uplink. */
    default ReceiveGate gate() {
        return ReceiveGate.OPEN;
    }
}
