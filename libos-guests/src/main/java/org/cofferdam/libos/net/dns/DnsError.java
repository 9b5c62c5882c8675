package org.cofferdam.libos.net.dns;

/** Why a name or an address was not found. The sentences are what an operator reads. */
public enum DnsError {
    NOT_A_NAME("it is not a host's name"),
    NO_SUCH_NAME("there is no such name"),
    NO_DATA("the name has no address of the wanted kind"),
    NO_NAME("the address has no name"),
    NOT_ASKED_FOR("names of this kind are not looked up (RFC 6761, RFC 6762)"),
    NO_SERVER("no name server is known"),
    NO_ANSWER("no name server answered"),
    SERVER_FAILURE("the name servers could not or would not say"),
    TOO_MANY_ALIASES("the name is an alias of an alias, and so on without end");

    private final String sentence;

    DnsError(String sentence) {
        this.sentence = sentence;
    }

    /** What happened, without a full stop. */
    public String sentence() {
        return sentence;
    }
}
