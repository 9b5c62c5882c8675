package org.cofferdam.monitor.control;

import java.util.List;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.MacAddress;

/**
 * An interface that is to become a port.
 *
 * @param netdev the interface on the monitor's side, such as a container's veth
 * @param mac the address of the station behind it: the only one it may send from, and where its frames go
 * @param toHost whether the port may talk to the host's stack
 * @param toPorts the other ports it may talk to, by interface
 */
public record PortRequest(
        InterfaceName netdev, MacAddress mac, boolean toHost, List<InterfaceName> toPorts) {
    /** The kernel program's map of ports is small; so is a request. */
    public static final int MAX_TO_PORTS = 64;

    public PortRequest {
        toPorts = List.copyOf(toPorts);
        if (toPorts.size() > MAX_TO_PORTS) {
            throw new IllegalArgumentException(
                    "a port may name at most " + MAX_TO_PORTS + " other ports");
        }
    }
}
