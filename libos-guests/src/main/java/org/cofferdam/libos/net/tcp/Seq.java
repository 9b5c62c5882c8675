package org.cofferdam.libos.net.tcp;

/** Sequence numbers: 32 bits that wrap, compared by the sign of their difference (RFC 9293, section 3.4). */
final class Seq {
    private Seq() {}

    static boolean before(int a, int b) {
        return a - b < 0;
    }

    static boolean atOrBefore(int a, int b) {
        return a - b <= 0;
    }

    static boolean after(int a, int b) {
        return a - b > 0;
    }

    static boolean atOrAfter(int a, int b) {
        return a - b >= 0;
    }

    static int max(int a, int b) {
        return a - b >= 0 ? a : b;
    }

    static int min(int a, int b) {
        return a - b <= 0 ? a : b;
    }
}
