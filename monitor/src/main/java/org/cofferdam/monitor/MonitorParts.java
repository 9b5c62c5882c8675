package org.cofferdam.monitor;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.domain.DomainThread;
import org.cofferdam.monitor.domain.DriverDomain;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.kernel.KernelProxy;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.cofferdam.proxy.packetswitch.PortId;

/**
 * What a running monitor consists of, for those who answer operators. All but {@code options}, {@code cardModel}, {@code log} and
 * {@code started} belong to the domain thread.
 */
record MonitorParts(
        StartOptions options,
        String cardModel,
        Instant started,
        DomainThread thread,
        DriverDomain domain,
        PacketSwitch packets,
        Mac hostMac,
        HostInterface host,
        KernelProxy kernel,
        AuditLog log,
        HostChanges changes,
        Supplier<Optional<MonitorStatus.Confinement>> confinement) {
    /** The card's side of the switch. */
    static final PortId UPLINK = new PortId(0);

    /** The tap. */
    static final PortId HOST = new PortId(1);
}
