package org.cofferdam.libos.net.dns;

/** The types of records that the resolver knows (RFC 1035, section 3.2.2; RFC 3596; RFC 6891). */
final class RecordType {
    static final int A = 1;
    static final int NS = 2;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int PTR = 12;
    static final int AAAA = 28;
    static final int OPT = 41;

    /** The Internet's class. */
    static final int INTERNET = 1;

    private RecordType() {}
}
