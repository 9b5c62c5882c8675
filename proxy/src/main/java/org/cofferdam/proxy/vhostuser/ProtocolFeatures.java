package org.cofferdam.proxy.vhostuser;

/** Bits of the vhost-user specification's "Protocol features", and the two bits among the virtio features that are its own. */
final class ProtocolFeatures {
    /** VHOST_USER_F_PROTOCOL_FEATURES, among the virtio features. */
    static final long BIT = 1L << 30;

    /** VHOST_F_LOG_ALL, among the virtio features: what is written into the guest's memory is to be logged. */
    static final long LOG_ALL = 1L << 26;

    static final long MQ = 1L;
    static final long LOG_SHMFD = 1L << 1;
    static final long REPLY_ACK = 1L << 3;
    static final long MTU = 1L << 4;
    static final long BACKEND_REQ = 1L << 5;
    static final long CONFIG = 1L << 9;
    static final long INFLIGHT_SHMFD = 1L << 12;
    static final long RESET_DEVICE = 1L << 13;
    static final long CONFIGURE_MEM_SLOTS = 1L << 15;
    static final long STATUS = 1L << 16;

    /** All that a front end may accept. */
    static final long OFFERED =
            MQ
                    | LOG_SHMFD
                    | REPLY_ACK
                    | MTU
                    | BACKEND_REQ
                    | CONFIG
                    | INFLIGHT_SHMFD
                    | RESET_DEVICE
                    | CONFIGURE_MEM_SLOTS
                    | STATUS;

    private ProtocolFeatures() {}
}
