package org.cofferdam.libos.net.dhcp;

/** The options that are written or read (RFC 2132; 119 by RFC 3397, 121 by RFC 3442). */
final class DhcpOption {
    static final int PAD = 0;
    static final int MASK = 1;
    static final int ROUTER = 3;
    static final int NAME_SERVERS = 6;
    static final int HOST_NAME = 12;
    static final int DOMAIN = 15;
    static final int REQUESTED_ADDRESS = 50;
    static final int LEASE_SECONDS = 51;
    static final int OVERLOAD = 52;
    static final int MESSAGE_TYPE = 53;
    static final int SERVER = 54;
    static final int WANTED = 55;
    static final int MESSAGE = 56;
    static final int MOST_BYTES = 57;
    static final int RENEW_SECONDS = 58;
    static final int REBIND_SECONDS = 59;
    static final int CLIENT = 61;
    static final int SEARCH = 119;
    static final int ROUTES = 121;
    static final int END = 255;

    private DhcpOption() {}
}
