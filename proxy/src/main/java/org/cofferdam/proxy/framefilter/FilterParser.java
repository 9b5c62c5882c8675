package org.cofferdam.proxy.framefilter;

import java.util.HexFormat;
import java.util.Set;
import org.cofferdam.proxy.framefilter.FrameTest.Not;
import org.cofferdam.proxy.framefilter.FrameTest.Relation;
import org.cofferdam.proxy.framefilter.Primitives.End;
import org.jspecify.annotations.Nullable;

/**
 * Reads an expression, by recursive descent of bounded depth.
 *
 * <pre>
 *  expression = term { ("and" | "or") term }      both bind alike, from left to right, as pcap-filter(7) says
 *  term       = [ "not" ] ( "(" expression ")" | relation | primitive )
 *  primitive  = [ protocol ] [ direction ] [ kind ] address, or a word that stands alone
 * </pre>
 */
final class FilterParser {
    private static final int MOST_DEPTH = 32;
    private static final Set<String> PROTOCOLS =
            Set.of(
                    "ether", "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6",
                    "link");
    private static final Set<String> KINDS = Set.of("host", "net", "port", "portrange", "proto");

    /** What an address means: the words in front of it, or those of the one before. */
    private record Qualifiers(String protocol, End end, String kind) {}

    private final FilterText text;
    private final Primitives primitives = new Primitives();
    private final FilterNumbers numbers;
    private @Nullable Qualifiers last;
    private int depth;

    FilterParser(String expression) {
        text = new FilterText(expression);
        numbers = new FilterNumbers(text, primitives);
    }

    FrameTest parse() {
        if (text.atEnd()) {
            return primitives.length(Relation.AT_LEAST, 0);
        }
        FrameTest test = expression();
        if (!text.atEnd()) {
            throw text.wrong(text.position(), "\"and\" or \"or\" is expected here");
        }
        return test;
    }

    private FrameTest expression() {
        if (++depth > MOST_DEPTH) {
            throw text.bad(text.position(), "it is nested deeper than " + MOST_DEPTH);
        }
        FrameTest test = term();
        while (true) {
            if (text.take("&&") || text.takeWord("and")) {
                test = test.and(term());
            } else if (text.take("||") || text.takeWord("or")) {
                test = test.or(term());
            } else {
                depth--;
                return test;
            }
        }
    }

    private FrameTest term() {
        if (text.take("!") || text.takeWord("not")) {
            if (++depth > MOST_DEPTH) {
                throw text.bad(text.position(), "it is nested deeper than " + MOST_DEPTH);
            }
            FrameTest test = new Not(term());
            depth--;
            return test;
        }
        if (numbers.isNext()) {
            return numbers.relation();
        }
        if (text.take("(")) {
            FrameTest test = expression();
            if (!text.take(")")) {
                throw text.wrong(text.position(), "\")\" is expected here");
            }
            return test;
        }
        return primitive();
    }

    private FrameTest primitive() {
        int start = text.position();
        String word = text.word();
        return switch (word) {
            case "broadcast" -> primitives.broadcast();
            case "multicast" -> primitives.multicast();
            case "less" -> primitives.length(Relation.AT_MOST, numbers.constant());
            case "greater" -> primitives.length(Relation.AT_LEAST, numbers.constant());
            case "vlan" -> vlan();
            default -> qualified(start, word);
        };
    }

    private FrameTest qualified(int start, String word) {
        String protocol = PROTOCOLS.contains(word) ? word : "";
        if (protocol.isEmpty()) {
            text.back(start);
        }
        End end = direction();
        int kindAt = text.position();
        String kind = text.word();
        if (!KINDS.contains(kind)) {
            text.back(kindAt);
            if (!protocol.isEmpty() && end == End.EITHER && !sawDirection) {
                return alone(start, protocol, kind);
            }
            if (protocol.isEmpty() && !sawDirection) {
                Qualifiers before = last;
                if (before == null) {
                    throw text.wrong(
                            start,
                            "a condition like \"host 10.0.0.7\", \"tcp port 80\" or \"arp\" is expected here");
                }
                return address(before);
            }
            kind = "host";
        }
        Qualifiers now = new Qualifiers(protocol, end, kind);
        last = now;
        return address(now);
    }

    private boolean sawDirection;

    private End direction() {
        sawDirection = true;
        if (text.takeWord("src")) {
            return other("dst", End.SOURCE);
        }
        if (text.takeWord("dst")) {
            return other("src", End.DESTINATION);
        }
        sawDirection = false;
        return End.EITHER;
    }

    /** {@code src or dst} and {@code src and dst} are one direction. */
    private End other(String word, End first) {
        int before = text.position();
        if (text.takeWord("or") && text.takeWord(word)) {
            return End.EITHER;
        }
        text.back(before);
        if (text.takeWord("and") && text.takeWord(word)) {
            return End.BOTH;
        }
        text.back(before);
        return first;
    }

    /** A protocol's name with nothing behind it but, perhaps, the sort of receiver. */
    private FrameTest alone(int start, String protocol, String next) {
        if (next.equals("multicast") || next.equals("broadcast")) {
            text.word();
            return switch (protocol + " " + next) {
                case "ether multicast", "link multicast" -> primitives.multicast();
                case "ether broadcast", "link broadcast" -> primitives.broadcast();
                case "ip multicast" -> primitives.multicast4();
                case "ip6 multicast" -> primitives.multicast6();
                default ->
                        throw text.bad(
                                start, "\"%s %s\" is not understood".formatted(protocol, next));
            };
        }
        return switch (protocol) {
            case "ip" -> primitives.type(Primitives.IPV4);
            case "ip6" -> primitives.type(Primitives.IPV6);
            case "arp" -> primitives.type(Primitives.ARP);
            case "rarp" -> primitives.type(Primitives.RARP);
            case "tcp" -> primitives.protocol(Primitives.TCP);
            case "udp" -> primitives.protocol(Primitives.UDP);
            case "sctp" -> primitives.protocol(Primitives.SCTP);
            case "icmp" -> primitives.protocol4(Primitives.ICMP);
            case "icmp6" -> primitives.protocol6(Primitives.ICMPV6);
            default ->
                    throw text.wrong(
                            text.position(),
                            "\"host\", \"src\", \"dst\", \"proto\", \"broadcast\" or \"multicast\""
                                    + " is expected behind \""
                                    + protocol
                                    + "\"");
        };
    }

    private FrameTest vlan() {
        char next = text.peek();
        if (next < '0' || next > '9') {
            return primitives.tag(-1);
        }
        int at = text.position();
        long id = numbers.constant();
        if (id > 0xfff) {
            throw text.bad(at, "a VLAN has a number of at most 4095");
        }
        return primitives.tag((int) id);
    }

    private FrameTest address(Qualifiers q) {
        int at = text.position();
        return switch (q.kind) {
            case "proto" -> protocol(q, at);
            case "port", "portrange" -> port(q, at);
            case "net" -> {
                FilterAddress net = FilterAddress.net(text, at);
                yield addresses(q, net, at);
            }
            default -> {
                if (q.protocol.equals("ether") || q.protocol.equals("link")) {
                    yield primitives.station(q.end, station(at));
                }
                yield addresses(q, FilterAddress.host(text, at), at);
            }
        };
    }

    private FrameTest addresses(Qualifiers q, FilterAddress a, int at) {
        int type =
                switch (q.protocol) {
                    case "" -> 0;
                    case "ip" -> Primitives.IPV4;
                    case "ip6" -> Primitives.IPV6;
                    case "arp" -> Primitives.ARP;
                    case "rarp" -> Primitives.RARP;
                    default ->
                            throw text.bad(
                                    at,
                                    "\"%s\" does not go with an address; say \"%s and %s ...\""
                                            .formatted(q.protocol, q.protocol, q.kind));
                };
        boolean six = a.isIpv6();
        if (type != 0 && six != (type == Primitives.IPV6)) {
            throw text.bad(at, "this address is not one of " + q.protocol);
        }
        return primitives.addresses(q.end, type, a.address(), a.prefix());
    }

    private long station(int at) {
        String mac = text.address();
        if (!mac.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
            throw text.wrong(at, "an Ethernet address like 02:00:00:00:00:07 is expected here");
        }
        return HexFormat.fromHexDigitsToLong(mac.replace(":", ""));
    }

    private FrameTest port(Qualifiers q, int at) {
        int protocol =
                switch (q.protocol) {
                    case "" -> 0;
                    case "tcp" -> Primitives.TCP;
                    case "udp" -> Primitives.UDP;
                    case "sctp" -> Primitives.SCTP;
                    default ->
                            throw text.bad(
                                    at,
                                    "\"%s\" does not go with a port; \"tcp\", \"udp\" and \"sctp\" do"
                                            .formatted(q.protocol));
                };
        String range = text.address();
        String number = "[0-9]{1,5}";
        boolean isRange = q.kind.equals("portrange") && range.matches(number + "-" + number);
        if (!isRange && !range.matches(number)) {
            throw text.wrong(
                    at,
                    q.kind.equals("port")
                            ? "a port's number is expected here"
                            : "a range like 8000-8080 is expected here");
        }
        String[] ends = range.split("-", 2);
        int first = Integer.parseInt(ends[0]);
        int second = Integer.parseInt(ends[ends.length - 1]);
        if (Math.max(first, second) > 0xffff) {
            throw text.bad(at, "a port's number is at most 65535");
        }
        return primitives.port(q.end, protocol, Math.min(first, second), Math.max(first, second));
    }

    private FrameTest protocol(Qualifiers q, int at) {
        String name = text.word();
        int number =
                switch (name) {
                    case "ip" -> Primitives.IPV4;
                    case "ip6" -> Primitives.IPV6;
                    case "arp" -> Primitives.ARP;
                    case "rarp" -> Primitives.RARP;
                    case "tcp" -> Primitives.TCP;
                    case "udp" -> Primitives.UDP;
                    case "sctp" -> Primitives.SCTP;
                    case "icmp" -> Primitives.ICMP;
                    case "icmp6" -> Primitives.ICMPV6;
                    default -> {
                        text.back(at);
                        long n = numbers.constant();
                        yield n > 0xffff ? 0x10000 : (int) n;
                    }
                };
        return switch (q.protocol) {
            case "ether", "link" -> {
                if (number < 0x600 || number > 0xffff) {
                    throw text.bad(at, "an Ethernet type is a number of 0x600 to 0xffff");
                }
                yield primitives.type(number);
            }
            case "", "ip", "ip6" -> {
                if (number > 0xff) {
                    throw text.bad(at, "a protocol of IP is a number of at most 255");
                }
                yield switch (q.protocol) {
                    case "ip" -> primitives.protocol4(number);
                    case "ip6" -> primitives.protocol6(number);
                    default -> primitives.protocol(number);
                };
            }
            default -> throw text.bad(at, "\"" + q.protocol + " proto\" is not understood");
        };
    }
}
