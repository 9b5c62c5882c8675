package org.cofferdam.proxy.framefilter;

import java.util.Map;
import java.util.Set;
import org.cofferdam.proxy.framefilter.FrameTest.Compare;
import org.cofferdam.proxy.framefilter.FrameTest.Relation;
import org.cofferdam.proxy.framefilter.FrameValue.Arithmetic;
import org.cofferdam.proxy.framefilter.FrameValue.Constant;
import org.cofferdam.proxy.framefilter.FrameValue.Length;
import org.cofferdam.proxy.framefilter.FrameValue.Load;
import org.jspecify.annotations.Nullable;

/**
 * Reads the part of an expression that compares numbers: {@code tcp[tcpflags] & tcp-syn != 0}. The precedence is that
 * of libpcap, which rises from | over &amp;, shifts, + and - to * and /.
 */
final class FilterNumbers {
    private static final int MOST_DEPTH = 32;

    /** RFC 9293, section 3.1; RFC 792 and RFC 4443 for types. */
    private static final Map<String, Integer> NAMES =
            Map.ofEntries(
                    Map.entry("tcpflags", 13),
                    Map.entry("tcp-fin", 0x01),
                    Map.entry("tcp-syn", 0x02),
                    Map.entry("tcp-rst", 0x04),
                    Map.entry("tcp-push", 0x08),
                    Map.entry("tcp-ack", 0x10),
                    Map.entry("tcp-urg", 0x20),
                    Map.entry("tcp-ece", 0x40),
                    Map.entry("tcp-cwr", 0x80),
                    Map.entry("icmptype", 0),
                    Map.entry("icmpcode", 1),
                    Map.entry("icmp-echoreply", 0),
                    Map.entry("icmp-unreach", 3),
                    Map.entry("icmp-redirect", 5),
                    Map.entry("icmp-echo", 8),
                    Map.entry("icmp-timxceed", 11),
                    Map.entry("icmp6type", 0),
                    Map.entry("icmp6code", 1),
                    Map.entry("icmp6-echo", 128),
                    Map.entry("icmp6-echoreply", 129),
                    Map.entry("icmp6-neighborsolicit", 135),
                    Map.entry("icmp6-neighboradvert", 136));

    private static final Set<String> HEADERS =
            Set.of(
                    "ether", "link", "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp",
                    "icmp6");

    private final FilterText text;
    private final Primitives primitives;
    private int depth;

    /** What must hold of a frame for the number being read to mean something. */
    private @Nullable FrameTest condition;

    FilterNumbers(FilterText text, Primitives primitives) {
        this.text = text;
        this.primitives = primitives;
    }

    /** Whether what is next is a comparison of numbers rather than a condition in words. */
    boolean isNext() {
        int start = text.position();
        try {
            if (text.peek() == '(') {
                return text.enclosesNumber();
            }
            String word = text.word();
            if (HEADERS.contains(word)) {
                return text.peek() == '[';
            }
            boolean number =
                    word.equals("len")
                            || NAMES.containsKey(word)
                            || word.matches("0x[0-9a-fA-F]+|[0-9]+");
            return number && text.numberGoesOn(text.position());
        } finally {
            text.back(start);
        }
    }

    /** Two numbers and how they should stand. */
    FrameTest relation() {
        condition = null;
        FrameValue left = sum(0);
        Relation relation = sign();
        FrameValue right = sum(0);
        FrameTest compared = new Compare(left, relation, right);
        FrameTest needed = condition;
        return needed == null ? compared : needed.and(compared);
    }

    private Relation sign() {
        if (text.take(">=")) {
            return Relation.AT_LEAST;
        }
        if (text.take("<=")) {
            return Relation.AT_MOST;
        }
        if (text.take("!=")) {
            return Relation.NOT_EQUAL;
        }
        if (text.take("==") || text.take("=")) {
            return Relation.EQUAL;
        }
        if (text.take(">")) {
            return Relation.GREATER;
        }
        if (text.take("<")) {
            return Relation.LESS;
        }
        throw text.wrong(text.position(), "one of = != < <= > >= is expected here");
    }

    /** One level of precedence: 0 for |, then &amp;, shifts, + and -, * and /, and at last what stands alone. */
    private FrameValue sum(int level) {
        if (level == 5) {
            return single();
        }
        FrameValue value = sum(level + 1);
        while (true) {
            char sign = takeSign(level);
            if (sign == 0) {
                return value;
            }
            value = new Arithmetic(value, sign, sum(level + 1));
        }
    }

    private char takeSign(int level) {
        int at = text.position();
        if (!text.numberGoesOn(at)) {
            return 0;
        }
        return switch (level) {
            case 0 -> text.take("|") ? '|' : 0;
            case 1 -> text.take("&") ? '&' : 0;
            case 2 -> text.take("<<") ? '<' : text.take(">>") ? '>' : 0;
            case 3 -> text.take("+") ? '+' : text.take("-") ? '-' : 0;
            default -> text.take("*") ? '*' : text.take("/") ? '/' : 0;
        };
    }

    private FrameValue single() {
        if (++depth > MOST_DEPTH) {
            throw text.bad(text.position(), "it is nested deeper than " + MOST_DEPTH);
        }
        try {
            if (text.take("(")) {
                FrameValue value = sum(0);
                if (!text.take(")")) {
                    throw text.wrong(text.position(), "\")\" is expected here");
                }
                return value;
            }
            int at = text.position();
            String word = text.word();
            if (word.equals("len")) {
                return new Length();
            }
            if (HEADERS.contains(word)) {
                return field(word, at);
            }
            text.back(at);
            return new Constant(constant());
        } finally {
            depth--;
        }
    }

    /** A number that stands there, or a name of one. */
    long constant() {
        int at = text.position();
        String word = text.word();
        Integer known = NAMES.get(word);
        if (known != null) {
            return known;
        }
        try {
            if (word.matches("0x[0-9a-fA-F]{1,8}")) {
                return Long.parseLong(word.substring(2), 16);
            }
            if (word.matches("0[0-7]{1,11}")) {
                return bounded(Long.parseLong(word, 8), at);
            }
            if (word.matches("[0-9]{1,10}") && (word.length() == 1 || word.charAt(0) != '0')) {
                return bounded(Long.parseLong(word), at);
            }
        } catch (NumberFormatException e) {
            throw text.wrong(at, "a number is expected here");
        }
        text.back(at);
        throw text.wrong(at, "a number is expected here");
    }

    private long bounded(long value, int at) {
        if (value > FrameValue.MASK) {
            throw text.bad(at, "a number has at most 32 bits");
        }
        return value;
    }

    /** Bytes of a header: {@code tcp[13]}, {@code ip[2:2]}. */
    private FrameValue field(String header, int at) {
        if (!text.take("[")) {
            throw text.wrong(text.position(), "\"[\" is expected here");
        }
        FrameValue index = sum(0);
        int size = 1;
        if (text.take(":")) {
            int sizeAt = text.position();
            long bytes = constant();
            if (bytes != 1 && bytes != 2 && bytes != 4) {
                throw text.bad(sizeAt, "1, 2 or 4 bytes are a number");
            }
            size = (int) bytes;
        }
        if (!text.take("]")) {
            throw text.wrong(text.position(), "\"]\" is expected here");
        }
        int network = primitives.network();
        return switch (header) {
            case "ether", "link" -> new Load(0, index, size);
            case "ip" -> of(primitives.type(Primitives.IPV4), new Load(network, index, size));
            case "ip6" -> of(primitives.type(Primitives.IPV6), new Load(network, index, size));
            case "arp" -> of(primitives.type(Primitives.ARP), new Load(network, index, size));
            case "rarp" -> of(primitives.type(Primitives.RARP), new Load(network, index, size));
            case "icmp6" ->
                    of(
                            primitives
                                    .type(Primitives.IPV6)
                                    .and(
                                            Primitives.equal(
                                                    Primitives.load(network + 6, 1),
                                                    Primitives.ICMPV6)),
                            new Load(network + 40, index, size));
            case "tcp" -> transport(Primitives.TCP, index, size);
            case "udp" -> transport(Primitives.UDP, index, size);
            case "sctp" -> transport(Primitives.SCTP, index, size);
            case "icmp" -> transport(Primitives.ICMP, index, size);
            default -> throw text.bad(at, "\"" + header + "\" has no bytes to look at");
        };
    }

    /** What IPv4 carries, of its first fragment. */
    private FrameValue transport(int protocol, FrameValue index, int size) {
        FrameValue place = new Arithmetic(primitives.behindHeader(0, 1).index(), '+', index);
        return of(
                primitives.protocol4(protocol).and(primitives.beginsHere()),
                new Load(primitives.network(), place, size));
    }

    private FrameValue of(FrameTest needed, FrameValue value) {
        FrameTest before = condition;
        condition = before == null ? needed : before.and(needed);
        return value;
    }
}
