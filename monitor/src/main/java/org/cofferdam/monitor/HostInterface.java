package org.cofferdam.monitor;

import java.util.Arrays;
import java.util.Optional;
import org.cofferdam.monitor.config.MacAddress;
import org.cofferdam.monitor.domain.HostSide;
import org.cofferdam.proxy.hostport.HostPort;

/** The host's network device that stands for the card: its carrier follows the card's link. Domain thread. */
final class HostInterface implements HostSide {
    private final HostPort port;
    private final MacAddress mac;
    private boolean carrier;

    HostInterface(HostPort port, MacAddress mac) {
        this.port = port;
        this.mac = mac;
    }

    @Override
    public Optional<String> linkChanged(byte[] reported, boolean up) {
        if (!Arrays.equals(reported, mac.bytes())) {
            return Optional.of("it says another MAC than the card's " + mac);
        }
        set(up);
        return Optional.empty();
    }

    @Override
    public void linkLost() {
        set(false);
    }

    private void set(boolean up) {
        if (up != carrier) {
            carrier = up;
            port.setCarrier(up);
        }
    }

    boolean carrier() {
        return carrier;
    }
}
