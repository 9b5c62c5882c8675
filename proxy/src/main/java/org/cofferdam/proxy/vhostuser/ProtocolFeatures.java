package org.cofferdam.proxy.vhostuser;

/** Bits of the vhost-user specification's "Protocol features", and the one virtio feature that leads to them. */
final class ProtocolFeatures {
    /** VHOST_USER_F_PROTOCOL_FEATURES, among the virtio features. */
    static final long BIT = 1L << 30;

    static final long MQ = 1L;
    static final long REPLY_ACK = 1L << 3;
    static final long MTU = 1L << 4;
    static final long CONFIG = 1L << 9;
    static final long RESET_DEVICE = 1L << 13;
    static final long CONFIGURE_MEM_SLOTS = 1L << 15;
    static final long STATUS = 1L << 16;

    /** All that a front end may accept. */
    static final long OFFERED =
            MQ | REPLY_ACK | MTU | CONFIG | RESET_DEVICE | CONFIGURE_MEM_SLOTS | STATUS;

    private ProtocolFeatures() {}
}
