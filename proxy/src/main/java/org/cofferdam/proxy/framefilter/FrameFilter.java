package org.cofferdam.proxy.framefilter;

import java.lang.foreign.MemorySegment;

/**
 * An expression in the language of pcap-filter(7) that says which Ethernet frames are wanted. One thread at a time;
 * a test allocates nothing.
 *
 * <p>Understood: {@code host}, {@code net}, {@code port}, {@code portrange}, each with {@code src} and {@code dst};
 * {@code ether host|src|dst|proto}; {@code ip}, {@code ip6}, {@code arp}, {@code rarp}, {@code icmp}, {@code icmp6},
 * {@code tcp}, {@code udp}, {@code sctp}, {@code vlan}; {@code proto}; {@code less}, {@code greater}; {@code
 * broadcast}, {@code multicast}; bytes of headers as in {@code tcp[tcpflags] & tcp-syn != 0}; {@code and}, {@code or},
 * {@code not} and parentheses. Addresses and ports are numbers, since names would have to be looked up.
 */
public final class FrameFilter {
    /** Longest expression, in characters. */
    public static final int MOST_CHARACTERS = 256;

    private final String text;
    private final FrameTest test;
    private final FrameBytes frame = new FrameBytes();

    private FrameFilter(String text, FrameTest test) {
        this.text = text;
        this.test = test;
    }

    /**
     * Understands an expression; one of nothing but spaces wants every frame.
     *
     * @throws FilterException if it is not one, naming the column
     */
    public static FrameFilter of(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new FilterException(
                    MOST_CHARACTERS + 1,
                    "it is longer than " + MOST_CHARACTERS + " characters; shorten it");
        }
        return new FrameFilter(text.strip(), new FilterParser(text).parse());
    }

    /** The expression. */
    public String text() {
        return text;
    }

    /**
     * Whether a frame is wanted.
     *
     * @param memory where its first bytes are
     * @param offset of the first
     * @param captured how many there are
     * @param length of the whole frame
     */
    public boolean wants(MemorySegment memory, long offset, int captured, int length) {
        frame.set(memory, offset, captured, length);
        return test.of(frame) == FrameTest.YES;
    }
}
