package org.cofferdam.proxy.kernel;

/** The ways on which the kernel program forwards; the code is enum way of proxy.bpf.c. */
public enum Way {
    DOMAIN_TO_HOST(0),
    DOMAIN_TO_PORT(1),
    HOST_TO_DOMAIN(2),
    HOST_TO_PORT(3),
    PORT_TO_DOMAIN(4),
    PORT_TO_HOST(5),
    PORT_TO_PORT(6);

    private final int code;

    Way(int code) {
        this.code = code;
    }

    /** The number in the kernel program, 0 and upwards. */
    public int code() {
        return code;
    }
}
