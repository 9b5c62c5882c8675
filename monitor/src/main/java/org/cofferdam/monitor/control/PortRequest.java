package org.cofferdam.monitor.control;

import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.MacAddress;

/**
 * An interface that is to become a port.
 *
 * @param netdev the interface on the monitor's side, such as a container's veth
 * @param mac the address of the station behind it: the only one it may send from, and where its frames go
 * @param toHost whether the port may talk to the host's stack
 * @param toPorts whether it may talk to the other ports that have this, too
 */
public record PortRequest(InterfaceName netdev, MacAddress mac, boolean toHost, boolean toPorts) {}
