package org.cofferdam.libos.net.dns;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A reply that answers its question, read whole (RFC 1035, section 4.1.3). What it says about other names than the one
 * that was asked for is kept apart by who uses it.
 *
 * @param code of RFC 6895, section 2.3, the OPT record's upper bits included
 * @param truncated there was more than fitted
 * @param answers those of the known types, in their order
 * @param zone whose authority says that there is nothing, or null
 * @param zoneSeconds how long that may be believed (RFC 2308, section 5)
 * @param referral the server knows only whom else to ask
 */
record DnsReply(
        int code,
        boolean truncated,
        List<ResourceRecord> answers,
        @Nullable DnsName zone,
        long zoneSeconds,
        boolean referral) {
    static final int NO_ERROR = 0;
    static final int FORMAT_ERROR = 1;
    static final int NO_SUCH_NAME = 3;
    static final int NOT_IMPLEMENTED = 4;
    static final int BAD_VERSION = 16;

    private static final int TRUNCATED = 0x0200;
    private static final int RECURSION_AVAILABLE = 0x0080;
    private static final int CODE = 0xf;

    /** Reads the sections behind the question. */
    private static final class Sections {
        private final DnsReader in;
        private final List<ResourceRecord> answers = new ArrayList<>();
        private @Nullable DnsName zone;
        private long zoneSeconds;
        private boolean delegates;
        private int upperCode;

        Sections(DnsReader in) {
            this.in = in;
        }

        void answer() throws MalformedMessageException {
            DnsName owner = in.name();
            int type = in.u16();
            int kind = in.u16();
            long seconds = seconds(in.i32());
            int bytes = in.u16();
            int from = in.position();
            if (kind != RecordType.INTERNET) {
                in.skip(bytes);
                return;
            }
            switch (type) {
                case RecordType.A -> {
                    requireLength(bytes, 4);
                    answers.add(new ResourceRecord.Address(owner, seconds, IpAddress.v4(in.i32())));
                }
                case RecordType.AAAA -> {
                    requireLength(bytes, 16);
                    IpAddress address = new IpAddress(in.i64(), in.i64());
                    // A mapped one would pass for IPv4, which this is not (RFC 4291, 2.5.5.2).
                    if (!address.isV4()) {
                        answers.add(new ResourceRecord.Address(owner, seconds, address));
                    }
                }
                case RecordType.CNAME ->
                        answers.add(new ResourceRecord.Alias(owner, seconds, name(from, bytes)));
                case RecordType.PTR ->
                        answers.add(new ResourceRecord.Pointer(owner, seconds, name(from, bytes)));
                default -> in.skip(bytes);
            }
        }

        void authority() throws MalformedMessageException {
            DnsName owner = in.name();
            int type = in.u16();
            int kind = in.u16();
            long seconds = seconds(in.i32());
            int bytes = in.u16();
            int from = in.position();
            if (type == RecordType.SOA && kind == RecordType.INTERNET && zone == null) {
                // RFC 1035, section 3.3.13: two names and five numbers, the last of them ours.
                in.name();
                in.name();
                in.skip(16);
                long minimum = seconds(in.i32());
                requireLength(bytes, in.position() - from);
                zone = owner;
                zoneSeconds = Math.min(seconds, minimum);
                return;
            }
            delegates |= type == RecordType.NS;
            in.skip(bytes);
        }

        void additional() throws MalformedMessageException {
            in.name();
            int type = in.u16();
            in.skip(2);
            int ttl = in.i32();
            int bytes = in.u16();
            if (type == RecordType.OPT) {
                // RFC 6891, section 6.1.3: the upper eight bits of the code come first.
                upperCode = ttl >>> 24;
            }
            in.skip(bytes);
        }

        private DnsName name(int from, int bytes) throws MalformedMessageException {
            DnsName name = in.name();
            requireLength(bytes, in.position() - from);
            return name;
        }

        private static void requireLength(int bytes, int wanted) throws MalformedMessageException {
            if (bytes != wanted) {
                throw new MalformedMessageException("a record's length is wrong");
            }
        }

        /** RFC 2181, section 8: what looks negative is zero. */
        private static long seconds(int ttl) {
            return Math.max(ttl, 0);
        }
    }

    /**
     * Reads a reply that was found to answer a query.
     *
     * @throws MalformedMessageException if a part of it breaks the format; of a truncated one only the header is looked at,
     *     since it is asked for again
     */
    static DnsReply read(DnsQuery query, byte[] reply, int length)
            throws MalformedMessageException {
        DnsReader header = new DnsReader(reply, length, 2);
        int flags = header.u16();
        header.skip(2);
        int answers = header.u16();
        int authorities = header.u16();
        int additional = header.u16();
        if ((flags & TRUNCATED) != 0) {
            return new DnsReply(flags & CODE, true, List.of(), null, 0, false);
        }
        Sections sections = new Sections(new DnsReader(reply, length, query.questionEnd()));
        // A record has eleven bytes at least, so the counts are bounded by the message.
        for (int i = 0; i < answers; i++) {
            sections.answer();
        }
        for (int i = 0; i < authorities; i++) {
            sections.authority();
        }
        for (int i = 0; i < additional; i++) {
            sections.additional();
        }
        boolean referral =
                sections.delegates
                        && answers == 0
                        && sections.zone == null
                        && (flags & RECURSION_AVAILABLE) == 0;
        return new DnsReply(
                (sections.upperCode << 4) | (flags & CODE),
                false,
                List.copyOf(sections.answers),
                sections.zone,
                sections.zoneSeconds,
                referral);
    }
}
