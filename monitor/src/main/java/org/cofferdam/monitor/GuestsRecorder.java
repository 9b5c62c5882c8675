package org.cofferdam.monitor;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.binding.socket.PeerCredentials;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.refusedcalls.RefusedCall;
import org.cofferdam.proxy.refusedcalls.RefusedCallRecorder;
import org.cofferdam.proxy.vhostuser.GuestRecorder;
import org.cofferdam.proxy.vhostuser.SessionState;
import org.cofferdam.proxy.vhostuser.message.MemoryRegion;
import org.cofferdam.proxy.vhostuser.message.MessageHeader;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;

/**
 * Writes what guests' front ends do into the audit log, before it takes effect. Guests' threads; one at a time writes,
 * and who finds no room waits without keeping the others from trying.
 */
final class GuestsRecorder implements GuestRecorder, RefusedCallRecorder {
    private static final long ROOM_POLL_NANOS = 200_000;
    private static final int GUEST_KIND = 2;

    private final AuditSource source;
    private final Object turn = new Object();

    GuestsRecorder(AuditSource source) {
        this.source = source;
    }

    private void record(BooleanSupplier attempt) {
        while (true) {
            synchronized (turn) {
                if (attempt.getAsBoolean()) {
                    return;
                }
            }
            LockSupport.parkNanos(this, ROOM_POLL_NANOS);
        }
    }

    /** A port was made for a guest. */
    void joined(PortId port, long mac, int queues, String name) {
        record(
                () ->
                        source.tryRecord(
                                CrossingType.PORT_ATTACH,
                                port.value(),
                                GUEST_KIND,
                                mac,
                                queues,
                                0,
                                0,
                                name));
    }

    /** A guest's port was taken away. */
    void gone(PortId port, String name) {
        record(() -> source.tryRecord(CrossingType.PORT_DETACH, port.value(), 0, 0, 0, 0, 0, name));
    }

    @Override
    public void connected(PortId port, PeerCredentials peer, boolean allowed, boolean outward) {
        record(
                () ->
                        source.tryRecord(
                                CrossingType.GUEST_CONNECTED,
                                port.value(),
                                peer.uid(),
                                peer.gid(),
                                peer.pid(),
                                allowed ? 1 : 0,
                                outward ? 1 : 0));
    }

    @Override
    public void message(PortId port, MessageHeader header, int descriptors) {
        record(
                () ->
                        source.tryRecord(
                                CrossingType.GUEST_MESSAGE,
                                port.value(),
                                header.request().code(),
                                header.size(),
                                descriptors,
                                header.needReply() ? 1 : 0,
                                0,
                                header.request().name()));
    }

    @Override
    public void told(PortId port, int request) {
        record(() -> source.tryRecord(CrossingType.GUEST_TOLD, port.value(), request, 0, 0, 0, 0));
    }

    @Override
    public void mapped(PortId port, MemoryRegion region, int seals) {
        record(
                () ->
                        source.tryRecord(
                                CrossingType.GUEST_MEMORY,
                                port.value(),
                                region.guestAddress(),
                                region.size(),
                                region.mmapOffset(),
                                seals,
                                0));
    }

    @Override
    public void moved(PortId port, SessionState from, SessionState to) {
        record(
                () ->
                        source.tryRecord(
                                CrossingType.GUEST_SESSION,
                                port.value(),
                                from.code(),
                                to.code(),
                                0,
                                0,
                                0,
                                from + " to " + to));
    }

    @Override
    public void refused(PortId port, ProtocolFault fault, String detail) {
        record(
                () ->
                        source.tryRecord(
                                CrossingType.GUEST_REFUSED,
                                port.value(),
                                fault.code(),
                                0,
                                0,
                                0,
                                0,
                                detail));
    }

    @Override
    public void left(PortId port, String why) {
        record(() -> source.tryRecord(CrossingType.GUEST_LEFT, port.value(), 0, 0, 0, 0, 0, why));
    }

    @Override
    public void callRefused(PortId port, RefusedCall call) {
        record(
                () ->
                        source.tryRecord(
                                CrossingType.GUEST_CALL_REFUSED,
                                port.value(),
                                Integer.toUnsignedLong(call.number()),
                                Integer.toUnsignedLong(call.thread()),
                                call.count(),
                                call.total(),
                                0,
                                call.text()));
    }

    @Override
    public void reportRefused(PortId port, String why) {
        record(
                () ->
                        source.tryRecord(
                                CrossingType.GUEST_REPORT_REFUSED,
                                port.value(),
                                0,
                                0,
                                0,
                                0,
                                0,
                                why));
    }
}
