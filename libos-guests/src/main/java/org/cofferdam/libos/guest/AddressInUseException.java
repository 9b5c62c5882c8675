package org.cofferdam.libos.guest;

import java.io.IOException;
import org.cofferdam.libos.net.wire.IpAddress;

/** Another station on the link has an address that the guest was to have. */
public final class AddressInUseException extends IOException {
    private static final long serialVersionUID = 1;

    /** Names the address. */
    public AddressInUseException(IpAddress address) {
        super("another station on the link has the address " + address);
    }
}
