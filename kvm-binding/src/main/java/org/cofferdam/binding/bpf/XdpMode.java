package org.cofferdam.binding.bpf;

/** Where an XDP program sits. */
public enum XdpMode {
    /** In the driver, before there is a socket buffer. */
    NATIVE,
    /** In the kernel's receive path, behind the making of the socket buffer. */
    GENERIC
}
