package org.cofferdam.libos.net.ip;

/** A protocol above IP. Called on the stack's thread. */
public interface Transport {
    /** A packet for it, whose IP header is right and whose destination is ours or a group. */
    void packet(Packet packet);

    /** Somebody says that a packet of ours did not arrive. */
    void error(IcmpError error);
}
