package org.cofferdam.monitor;

import java.util.Arrays;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.proxy.packetswitch.CrossingRecorder;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.virtqueue.QueueError;

/**
 * Writes what the switch moves into the audit log: bursts of the domain's queues, of guests and of the host's tap, each
 * into the ring of the port whose peer caused it. Domain thread; allocation-free but for attach and detach.
 */
final class SwitchRecorder implements CrossingRecorder {
    private static final int UPLINK_KIND = 1;

    private final AuditSource[] sources = new AuditSource[PortId.LIMIT];
    private final AuditSource common;
    private final PortId host;

    /** Whose burst is under way. */
    private AuditSource cause;

    /**
     * The {@code host} port's bursts cross into the kernel, all others into a peer's rings.
     *
     * @param common the source of ports that none was assigned to
     */
    SwitchRecorder(AuditSource common, PortId host) {
        this.common = common;
        this.cause = common;
        this.host = host;
        Arrays.fill(sources, common);
    }

    /** From now on what this port's peer causes goes there. */
    void assign(PortId port, AuditSource source) {
        sources[port.value()] = source;
    }

    /** The port is gone. */
    void release(PortId port) {
        sources[port.value()] = common;
    }

    @Override
    public boolean hasRoom(PortId port, int bursts, int packets) {
        return sources[port.value()].hasRoom(bursts * AuditSource.burstBytes(packets));
    }

    @Override
    public boolean burstIn(PortId port, int queue, int packets, int[] lengths, byte[] verdicts) {
        CrossingType type =
                port.value() == host.value() ? CrossingType.TAP_IN : CrossingType.BURST_IN;
        cause = sources[port.value()];
        return cause.tryBurst(type, port.value(), queue, packets, lengths, verdicts);
    }

    @Override
    public boolean burstOut(PortId port, int queue, int packets, int[] lengths, byte[] verdicts) {
        CrossingType type =
                port.value() == host.value() ? CrossingType.TAP_OUT : CrossingType.BURST_OUT;
        return cause.tryBurst(type, port.value(), queue, packets, lengths, verdicts);
    }

    @Override
    public boolean queueRefused(PortId port, int queue, int head, QueueError error) {
        return sources[port.value()].tryRecord(
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
        AuditSource source = sources[port.value()];
        if (!source.tryRecord(
                CrossingType.PORT_ATTACH, port.value(), UPLINK_KIND, 0, 2, 0, 0, what)) {
            source.lost(1);
        }
    }

    @Override
    public void detached(PortId port, String what) {
        AuditSource source = sources[port.value()];
        if (!source.tryRecord(CrossingType.PORT_DETACH, port.value(), 0, 0, 0, 0, 0, what)) {
            source.lost(1);
        }
    }
}
