package org.cofferdam.libos.net.ip;

import org.cofferdam.libos.net.wire.IpAddress;

/** Told what came of asking the link for an address before it is used. Called once, on the stack's thread. */
public interface AddressVerdict {
    /** Nobody has the address ({@code free}), or somebody answered. */
    void decided(IpAddress address, boolean free, long now);
}
