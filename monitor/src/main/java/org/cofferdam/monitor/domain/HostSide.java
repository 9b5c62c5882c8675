package org.cofferdam.monitor.domain;

import java.util.Optional;

/** What the domain's life cycle tells the host's side: the network device that stands for the card. */
public interface HostSide {
    /**
     * The driver is ready or its link changed.
     *
     * @param mac six bytes, a unicast address: checked
     * @return why the host's policy refuses the address, or empty
     */
    Optional<String> linkChanged(byte[] mac, boolean up);

    /** The domain is gone for longer than a restart takes. */
    void linkLost();
}
