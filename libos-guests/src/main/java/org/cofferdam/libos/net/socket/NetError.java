package org.cofferdam.libos.net.socket;

/** Why a socket does not do what it was asked for. The sentences are what an operator reads. */
public enum NetError {
    REFUSED("the peer refuses the connection"),
    RESET("the peer reset the connection"),
    TIMED_OUT("the peer does not answer"),
    UNREACHABLE("there is no way to the peer"),
    NO_ADDRESS("there is no local address to speak from"),
    ADDRESS_NOT_OURS("the local address is not one of this station's"),
    PORT_IN_USE("the local port is in use"),
    NO_PORT("all ephemeral ports towards this peer are in use"),
    NO_BUFFERS("the pool of socket buffers is empty"),
    TOO_LONG("the datagram is longer than IP can carry"),
    CLOSED("the socket is closed");

    private final String sentence;

    NetError(String sentence) {
        this.sentence = sentence;
    }

    /** What happened, without a full stop. */
    public String sentence() {
        return sentence;
    }
}
