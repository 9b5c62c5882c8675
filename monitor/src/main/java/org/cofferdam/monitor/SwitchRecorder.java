package org.cofferdam.monitor;

import java.util.Arrays;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.proxy.packetswitch.CrossingRecorder;
import org.cofferdam.proxy.packetswitch.FlowWatch;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.virtqueue.QueueError;

/**
 * Writes what the switch moves into the audit log: bursts of the domain's queues, of guests and of the host's tap, each
 * into the ring of the port whose peer caused it. Domain thread; allocation-free but for attach and detach.
 */
final class SwitchRecorder implements CrossingRecorder {
    private static final int UPLINK_KIND = 1;
    private static final long MOST_PACKETS = 0xffff_ffffL;

    /** A summary and those approached, each with its span. */
    private static final int FLOWS_BYTES =
            AuditSource.fieldsBytes(CrossingType.FLOW_SUMMARY)
                    + 8
                    + FlowWatch.TARGETS * (AuditSource.fieldsBytes(CrossingType.FLOW_TARGET) + 8);

    private final AuditSource[] sources = new AuditSource[PortId.LIMIT];
    private final AuditSource common;
    private final PortId host;
    private final long[] summary = new long[CrossingType.FLOW_SUMMARY.fieldCount()];

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
    public boolean flows(PortId port, FlowWatch watch, long now) {
        AuditSource source = sources[port.value()];
        if (!source.hasRoom(FLOWS_BYTES)) {
            return false;
        }
        // The switch's clock is monotonic, the log's is since 1970.
        long epoch = source.now() - now;
        summary[0] = port.value();
        summary[1] = watch.get(FlowWatch.Counter.TCP_OPENED);
        summary[2] = watch.get(FlowWatch.Counter.TCP_ANSWERED);
        summary[3] = watch.get(FlowWatch.Counter.TCP_RESETS);
        summary[4] = watch.get(FlowWatch.Counter.TCP_ODD);
        summary[5] = watch.tcpTargets();
        summary[6] = watch.get(FlowWatch.Counter.UDP_SENT);
        summary[7] = watch.get(FlowWatch.Counter.UDP_RECEIVED);
        summary[8] = watch.udpTargets();
        summary[9] = watch.hosts();
        summary[10] = watch.arpClaims();
        boolean whole =
                source.tryAggregate(
                        CrossingType.FLOW_SUMMARY,
                        1,
                        epoch + watch.began(),
                        epoch + watch.latest(),
                        summary);
        for (int i = 0; i < watch.targets(); i++) {
            whole &=
                    source.tryAggregate(
                            CrossingType.FLOW_TARGET,
                            Math.min(watch.packets(i), MOST_PACKETS),
                            epoch + watch.first(i),
                            epoch + watch.last(i),
                            port.value(),
                            watch.protocol(i),
                            watch.addressHigh(i),
                            watch.addressLow(i),
                            watch.port(i),
                            watch.bytes(i));
        }
        return whole;
    }

    @Override
    public void flowsLost() {
        common.lost(1);
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
