package org.cofferdam.proxy.vhostuser;

import org.cofferdam.binding.socket.PeerCredentials;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.vhostuser.message.MemoryRegion;
import org.cofferdam.proxy.vhostuser.message.MessageHeader;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;

/** Where guests' threads record what their peers do. From any of them; each method may wait for room in the log. */
public interface GuestRecorder {
    /** A connection was made, {@code outward} by this end; the peer is whom the policy names, or not. */
    void connected(PortId port, PeerCredentials peer, boolean allowed, boolean outward);

    /** A message came, before it takes effect. */
    void message(PortId port, MessageHeader header, int descriptors);

    /** A message went to the front end that it had not asked for. */
    void told(PortId port, int request);

    /** A region of the guest's memory was mapped; {@code seals} is -1 if its file cannot have any. */
    void mapped(PortId port, MemoryRegion region, int seals);

    /** The session moved. */
    void moved(PortId port, SessionState from, SessionState to);

    /** The peer lost its attachment by its own fault. */
    void refused(PortId port, ProtocolFault fault, String detail);

    /** The session is over and nothing of it is left. */
    void left(PortId port, String why);
}
