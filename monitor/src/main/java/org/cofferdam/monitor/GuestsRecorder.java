package org.cofferdam.monitor;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
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
 * Writes what guests' front ends do into the audit log, before it takes effect, each guest into a ring of its own. Guests'
 * threads; of one guest's, one at a time writes, and who finds no room waits alone.
 */
final class GuestsRecorder implements GuestRecorder, RefusedCallRecorder {
    private static final long ROOM_POLL_NANOS = 200_000;
    private static final int GUEST_KIND = 2;

    private final PortSources sources;
    private final AtomicReferenceArray<PortSources.Shared> byPort =
            new AtomicReferenceArray<>(PortId.LIMIT);

    private volatile boolean ending;

    GuestsRecorder(PortSources sources) {
        this.sources = sources;
        for (int i = 0; i < PortId.LIMIT; i++) {
            byPort.set(i, sources.commonMessages());
        }
    }

    /** The monitor ends: from now on nobody waits for a full disk, and what has no room is counted as lost. */
    void ending() {
        ending = true;
    }

    private void record(PortId port, Predicate<AuditSource> attempt) {
        PortSources.Shared shared = byPort.get(port.value());
        while (true) {
            synchronized (shared.turn()) {
                if (attempt.test(shared.source())) {
                    return;
                }
                if (ending) {
                    shared.source().lost(1);
                    return;
                }
            }
            LockSupport.parkNanos(this, ROOM_POLL_NANOS);
        }
    }

    /** A port was made for a guest. */
    void joined(PortId port, long mac, int queues, String name) {
        byPort.set(port.value(), sources.messages(name));
        record(
                port,
                source ->
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
        record(
                port,
                source ->
                        source.tryRecord(
                                CrossingType.PORT_DETACH, port.value(), 0, 0, 0, 0, 0, name));
    }

    @Override
    public void connected(PortId port, PeerCredentials peer, boolean allowed, boolean outward) {
        record(
                port,
                source ->
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
                port,
                source ->
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
        record(
                port,
                source ->
                        source.tryRecord(
                                CrossingType.GUEST_TOLD, port.value(), request, 0, 0, 0, 0));
    }

    @Override
    public void mapped(PortId port, MemoryRegion region, int seals) {
        record(
                port,
                source ->
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
                port,
                source ->
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
                port,
                source ->
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
        record(
                port,
                source ->
                        source.tryRecord(
                                CrossingType.GUEST_LEFT, port.value(), 0, 0, 0, 0, 0, why));
    }

    @Override
    public void callRefused(PortId port, RefusedCall call) {
        record(
                port,
                source ->
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
                port,
                source ->
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
