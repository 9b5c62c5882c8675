package org.cofferdam.monitor;

import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.proxy.packetswitch.CrossingRecorder;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.virtqueue.QueueError;

/**
 * Writes what the switch moves into the audit log: bursts of the domain's queues and of the host's tap. Domain
 * thread; allocation-free but for attach and detach.
 */
final class SwitchRecorder implements CrossingRecorder {
    private static final int UPLINK_KIND = 1;

    private final AuditSource source;
    private final PortId host;

    /** The {@code host} port's bursts cross into the kernel, all others into a peer's rings. */
    SwitchRecorder(AuditSource source, PortId host) {
        this.source = source;
        this.host = host;
    }

    @Override
    public boolean hasRoom(int bursts, int packets) {
        return source.hasRoom(bursts * AuditSource.burstBytes(packets));
    }

    @Override
    public boolean burstIn(PortId port, int queue, int packets, int[] lengths, byte[] verdicts) {
        CrossingType type =
                port.value() == host.value() ? CrossingType.TAP_IN : CrossingType.BURST_IN;
        return source.tryBurst(type, port.value(), queue, packets, lengths, verdicts);
    }

    @Override
    public boolean burstOut(PortId port, int queue, int packets, int[] lengths, byte[] verdicts) {
        CrossingType type =
                port.value() == host.value() ? CrossingType.TAP_OUT : CrossingType.BURST_OUT;
        return source.tryBurst(type, port.value(), queue, packets, lengths, verdicts);
    }

    @Override
    public boolean queueRefused(PortId port, int queue, int head, QueueError error) {
        return source.tryRecord(
                CrossingType.QUEUE_REFUSED,
                port.value(),
                queue,
                head,
                error.code(),
                0,
                0,
                error.sentence());
    }

    @Override
    public void attached(PortId port, String what) {
        if (!source.tryRecord(
                CrossingType.PORT_ATTACH, port.value(), UPLINK_KIND, 0, 2, 0, 0, what)) {
            source.lost(1);
        }
    }

    @Override
    public void detached(PortId port, String what) {
        if (!source.tryRecord(CrossingType.PORT_DETACH, port.value(), 0, 0, 0, 0, 0, what)) {
            source.lost(1);
        }
    }
}
