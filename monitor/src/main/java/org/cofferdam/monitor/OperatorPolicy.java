package org.cofferdam.monitor;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.cofferdam.monitor.config.EtherType;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.kernel.HostSettings;
import org.cofferdam.proxy.packetswitch.PortPolicy;

/** The operator's policy in the words of the switch and of the kernel program. */
final class OperatorPolicy {
    private OperatorPolicy() {}

    static HostSettings kernel(StartOptions options, Mac mac) {
        List<Integer> types = options.etherTypes().stream().map(EtherType::value).sorted().toList();
        return new HostSettings(mac, options.mtu(), types, options.rate().packetsPerSecond(), 0);
    }

    /** What may come in by the card. */
    static PortPolicy uplink(StartOptions options) {
        return PortPolicy.uplink(options.mtu())
                .withEtherTypes(types(options))
                .withRate(options.rate().packetsPerSecond(), options.rate().bitsPerSecond());
    }

    /** What may leave by the card: from the host's own address and those of its ports. */
    static PortPolicy host(StartOptions options, Set<Mac> addresses) {
        PortPolicy usual = PortPolicy.station(addresses.iterator().next(), options.mtu());
        return new PortPolicy(usual.role(), addresses, types(options), usual.maxFrameBytes(), 0, 0);
    }

    private static Set<Integer> types(StartOptions options) {
        return options.etherTypes().stream().map(EtherType::value).collect(Collectors.toSet());
    }
}
