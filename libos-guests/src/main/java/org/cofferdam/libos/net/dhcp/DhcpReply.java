package org.cofferdam.libos.net.dhcp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.dns.DomainList;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * A server's message, read whole and held against our question.
 *
 * @param type OFFER, ACK or NAK
 * @param server who says so
 * @param lease null for a NAK
 */
record DhcpReply(MessageType type, IpAddress server, @Nullable Lease lease) {
    private static final int SERVER_NAME = 44;
    private static final int FILE = 108;
    private static final int FILE_END = 236;

    /** Shorter leases would be no more than work. */
    private static final long LEAST_SECONDS = 10;

    private static final int MOST_SERVERS = 8;
    private static final int MOST_SEARCHED = 6;

    /** The options of a message; several of one code are one in pieces (RFC 3396). */
    private static final class Options {
        private final Map<Integer, ByteArrayOutputStream> all = new HashMap<>();

        /** Reads a field that options fill, to its end option, which must be there (RFC 2131, section 4.1). */
        void read(byte[] message, int from, int end) throws RefusedReplyException {
            int at = from;
            while (true) {
                if (at >= end) {
                    throw new RefusedReplyException("its options have no end");
                }
                int code = message[at++] & 0xff;
                if (code == DhcpOption.END) {
                    return;
                }
                if (code == DhcpOption.PAD) {
                    continue;
                }
                // RFC 2132, section 2: a length counts the data alone, and lies in the field.
                if (at >= end || (message[at] & 0xff) > end - at - 1) {
                    throw new RefusedReplyException("an option leads beyond its field");
                }
                int length = message[at++] & 0xff;
                all.computeIfAbsent(code, c -> new ByteArrayOutputStream())
                        .write(message, at, length);
                at += length;
            }
        }

        byte @Nullable [] get(int code) {
            ByteArrayOutputStream bytes = all.get(code);
            return bytes == null ? null : bytes.toByteArray();
        }

        /** An option that has exactly four bytes if it is there. */
        @Nullable Integer four(int code) throws RefusedReplyException {
            byte[] bytes = get(code);
            if (bytes == null) {
                return null;
            }
            if (bytes.length != 4) {
                throw new RefusedReplyException("option " + code + " has not four bytes");
            }
            return ByteBuffer.wrap(bytes).getInt();
        }

        /** A byte of an option that has exactly one. */
        int one(int code) throws RefusedReplyException {
            byte[] bytes = get(code);
            if (bytes == null || bytes.length != 1) {
                throw new RefusedReplyException("option " + code + " has not one byte");
            }
            return bytes[0] & 0xff;
        }

        long seconds(int code, long otherwise) throws RefusedReplyException {
            Integer value = four(code);
            return value == null ? otherwise : Integer.toUnsignedLong(value);
        }

        String text(int code) {
            byte[] bytes = get(code);
            // RFC 2132, section 2: some end their text with a zero.
            return bytes == null
                    ? ""
                    : new String(bytes, StandardCharsets.ISO_8859_1).replaceFirst("\0+$", "");
        }
    }

    /**
     * Reads a message.
     *
     * @param xid of our question
     * @throws RefusedReplyException if it does not answer it, or is not as RFC 2131 wants it
     */
    static DhcpReply read(byte[] message, int length, int xid, MacAddress mac)
            throws RefusedReplyException {
        ByteBuffer in = ByteBuffer.wrap(message, 0, length);
        if (length <= DhcpQuestion.OPTIONS || in.getInt(236) != DhcpQuestion.COOKIE) {
            throw new RefusedReplyException("it is too short, or not DHCP");
        }
        // RFC 2131, sections 2 and 4.4.1: a reply, over Ethernet, to this question, of this card.
        if (in.getShort(0) != 0x0201
                || in.get(2) != 6
                || in.getInt(4) != xid
                || in.getShort(28) != (short) (mac.value() >>> 32)
                || in.getInt(30) != (int) mac.value()) {
            throw new RefusedReplyException("it does not answer our question");
        }
        Options options = new Options();
        options.read(message, DhcpQuestion.OPTIONS, length);
        readOverloaded(options, message);
        byte[] client = options.get(DhcpOption.CLIENT);
        // RFC 6842, section 3: if it is there, it is ours.
        if (client != null && !Arrays.equals(client, DhcpQuestion.clientIdentifier(mac))) {
            throw new RefusedReplyException("it is for another client");
        }
        Integer server = options.four(DhcpOption.SERVER);
        if (server == null || server == 0 || server == -1) {
            throw new RefusedReplyException("its server does not say who it is");
        }
        MessageType type = MessageType.of(options.one(DhcpOption.MESSAGE_TYPE));
        IpAddress from = IpAddress.v4(server);
        return switch (type) {
            case OFFER, ACK -> new DhcpReply(type, from, lease(in.getInt(16), from, options));
            case NAK -> new DhcpReply(type, from, null);
            case DISCOVER, REQUEST, DECLINE, RELEASE ->
                    throw new RefusedReplyException("no server says that");
            case null -> throw new RefusedReplyException("its type is unknown");
        };
    }

    /** RFC 2131, section 4.1: option 52 says that file, the server's name, or both carry options too, in this order. */
    private static void readOverloaded(Options options, byte[] message)
            throws RefusedReplyException {
        if (options.get(DhcpOption.OVERLOAD) == null) {
            return;
        }
        int fields = options.one(DhcpOption.OVERLOAD);
        if (fields < 1 || fields > 3) {
            throw new RefusedReplyException("its overload option is none");
        }
        if ((fields & 1) != 0) {
            options.read(message, FILE, FILE_END);
        }
        if ((fields & 2) != 0) {
            options.read(message, SERVER_NAME, FILE);
        }
    }

    private static Lease lease(int address, IpAddress server, Options options)
            throws RefusedReplyException {
        Integer mask = options.four(DhcpOption.MASK);
        int prefix = mask == null ? naturalPrefix(address) : prefix(mask);
        int host = prefix == 32 ? 0 : address & (-1 >>> prefix);
        boolean groupOrNone = prefix < 31 && (host == 0 || host == -1 >>> prefix);
        if (!isStation(address) || groupOrNone) {
            throw new RefusedReplyException("no station can have the address that it gives");
        }
        // RFC 2131, section 4.3.1, table 3: there in both. T1 and T2 by section 4.4.5.
        long seconds = options.seconds(DhcpOption.LEASE_SECONDS, 0);
        if (seconds < LEAST_SECONDS) {
            throw new RefusedReplyException("it gives the address for no time");
        }
        long renew = options.seconds(DhcpOption.RENEW_SECONDS, seconds / 2);
        long rebind = options.seconds(DhcpOption.REBIND_SECONDS, seconds * 7 / 8);
        if (renew == 0 || renew >= rebind || rebind >= seconds) {
            renew = seconds / 2;
            rebind = seconds * 7 / 8;
        }
        return new Lease(
                IpAddress.v4(address),
                prefix,
                router(options),
                addresses(options.get(DhcpOption.NAME_SERVERS)),
                search(options),
                DnsName.parseOrNull(options.text(DhcpOption.HOST_NAME)),
                server,
                seconds,
                renew,
                rebind);
    }

    private static boolean isStation(int address) {
        int first = address >>> 24;
        return first != 0 && first != 127 && first < 224;
    }

    /** Bits of a network whose mask nobody says (RFC 791, section 2.3). */
    private static int naturalPrefix(int address) {
        return address >= 0 ? 8 : address >>> 30 == 2 ? 16 : 24;
    }

    private static int prefix(int mask) throws RefusedReplyException {
        int bits = Integer.numberOfLeadingZeros(~mask);
        if (bits == 0 || mask != (bits == 32 ? -1 : ~(-1 >>> bits))) {
            throw new RefusedReplyException("its mask is none");
        }
        return bits;
    }

    /** RFC 3442: if there are routes, the router option does not count. The stack has one router: the default route's. */
    private static IpAddress router(Options options) throws RefusedReplyException {
        byte[] routes = options.get(DhcpOption.ROUTES);
        if (routes == null) {
            List<IpAddress> routers = addresses(options.get(DhcpOption.ROUTER));
            return routers.isEmpty() ? IpAddress.ANY_V4 : routers.getFirst();
        }
        IpAddress router = IpAddress.ANY_V4;
        for (int at = 0; at < routes.length; ) {
            int width = routes[at] & 0xff;
            int bytes = 1 + (width + 7) / 8 + 4;
            if (width > 32 || bytes > routes.length - at) {
                throw new RefusedReplyException("its routes are none");
            }
            int through = ByteBuffer.wrap(routes).getInt(at + bytes - 4);
            if (width == 0 && isStation(through)) {
                router = IpAddress.v4(through);
            }
            at += bytes;
        }
        return router;
    }

    private static List<IpAddress> addresses(byte @Nullable [] bytes) throws RefusedReplyException {
        if (bytes == null) {
            return List.of();
        }
        if (bytes.length % 4 != 0) {
            throw new RefusedReplyException("an address in it is cut off");
        }
        List<IpAddress> all = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining() && all.size() < MOST_SERVERS) {
            int address = in.getInt();
            if (isStation(address)) {
                all.add(IpAddress.v4(address));
            }
        }
        return List.copyOf(all);
    }

    /** The search list, or else the domain; what is no name is as if it were not there. */
    private static List<DnsName> search(Options options) {
        byte[] list = options.get(DhcpOption.SEARCH);
        List<DnsName> search = list == null ? List.of() : DomainList.read(list, MOST_SEARCHED);
        if (!search.isEmpty()) {
            return search;
        }
        DnsName domain = DnsName.parseOrNull(options.text(DhcpOption.DOMAIN));
        return domain == null ? List.of() : List.of(domain);
    }
}
