package org.cofferdam.libos.net.ip;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A received IP packet whose IP header has been checked. Reused: valid until the method returns that it is given to.
 * Fields instead of accessors, since every protocol's hot path reads them.
 */
public final class Packet {
    /** Where the packet lies. */
    public MemorySegment memory = Arena.global().allocate(1);

    /** Offset of the IP header, whose first bytes an ICMP error quotes. */
    public long header;

    /** Offset of what the packet carries. */
    public long offset;

    /** Bytes of what it carries. */
    public int length;

    /** A number of {@link org.cofferdam.libos.net.wire.Protocol}. */
    public int protocol;

    public long sourceHigh;
    public long sourceLow;
    public long destinationHigh;
    public long destinationLow;

    /** The transport checksum need not be computed: the link says that it was, or that no wire lay between. */
    public boolean checksumKnownGood;

    /** It was sent to a group, by its IP or by its Ethernet address: no error and no reset may answer it. */
    public boolean toGroup;

    /** It was put together from fragments, so the link's claims about its checksum do not hold. */
    public boolean reassembled;
}
