package org.cofferdam.proxy.vhostuser;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cofferdam.binding.socket.PeerCredentials;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.vhostuser.message.MemoryRegion;
import org.cofferdam.proxy.vhostuser.message.MessageHeader;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;

/** Keeps what guests did as lines. */
final class ListGuestRecorder implements GuestRecorder {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    List<String> lines() {
        return lines;
    }

    boolean has(String line) {
        return lines.stream().anyMatch(l -> l.contains(line));
    }

    long count(String line) {
        return lines.stream().filter(l -> l.contains(line)).count();
    }

    @Override
    public void connected(PortId port, PeerCredentials peer, boolean allowed, boolean outward) {
        lines.add(port.value() + " connected uid " + peer.uid() + " " + allowed);
    }

    @Override
    public void message(PortId port, MessageHeader header, int descriptors) {
        lines.add(port.value() + " " + header.request() + " " + descriptors);
    }

    @Override
    public void told(PortId port, int request) {
        lines.add(port.value() + " told " + request);
    }

    @Override
    public void mapped(PortId port, MemoryRegion region, int seals) {
        lines.add(port.value() + " mapped " + region.size() + " seals " + seals);
    }

    @Override
    public void moved(PortId port, SessionState from, SessionState to) {
        lines.add(port.value() + " " + from + " to " + to);
    }

    @Override
    public void refused(PortId port, ProtocolFault fault, String detail) {
        lines.add(port.value() + " refused " + fault + " " + detail);
    }

    @Override
    public void left(PortId port, String why) {
        lines.add(port.value() + " left: " + why);
    }
}
