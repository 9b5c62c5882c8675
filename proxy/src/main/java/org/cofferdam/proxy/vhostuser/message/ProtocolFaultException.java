package org.cofferdam.proxy.vhostuser.message;

/** A front end broke the protocol: its session ends, and nothing else does. */
public final class ProtocolFaultException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ProtocolFault fault;

    /** @param detail the value that was wrong, for people */
    public ProtocolFaultException(ProtocolFault fault, String detail) {
        super(fault.sentence() + ": " + detail);
        this.fault = fault;
    }

    /** What was wrong. */
    public ProtocolFault fault() {
        return fault;
    }
}
