package org.cofferdam.proxy.kernel;

import org.cofferdam.proxy.frame.Mac;

/**
 * A host interface that the operator made a port, and what it may do.
 *
 * @param netdev its name, for a container the host's end of the veth pair
 * @param mac the address of what is behind it, the only one it may send from
 * @param talksToHost whether it reaches the host's stack, and the host it
 * @param talksToPorts whether it reaches other ports that may do so too
 * @param perSecond frames a second that it may send; 0 = no limit
 */
public record PortSettings(
        String netdev, Mac mac, boolean talksToHost, boolean talksToPorts, long perSecond) {
    public PortSettings {
        HostSettings.checkRate(perSecond);
    }

    /** enum flag of proxy.bpf.c. */
    int flags() {
        return (talksToHost ? 1 : 0) | (talksToPorts ? 2 : 0);
    }
}
