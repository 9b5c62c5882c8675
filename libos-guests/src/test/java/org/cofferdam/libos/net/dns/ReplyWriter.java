package org.cofferdam.libos.net.dns;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.cofferdam.libos.net.wire.IpAddress;

/** Writes replies, honest and others. */
final class ReplyWriter {
    static final int TRUNCATED = 0x0200;
    static final int RECURSION_AVAILABLE = 0x0080;

    private final ByteBuffer out = ByteBuffer.allocate(65_535);
    private final int[] counts = new int[3];

    /** A reply that repeats a question. */
    ReplyWriter(byte[] query, int questionEnd, int code) {
        out.put(query, 0, questionEnd);
        flags(0x8100 | RECURSION_AVAILABLE | code);
        out.putShort(10, (short) 0);
    }

    static ReplyWriter to(HandServer.Question question, int code) {
        return new ReplyWriter(question.bytes(), question.end(), code);
    }

    ReplyWriter flags(int flags) {
        out.putShort(2, (short) flags);
        return this;
    }

    ReplyWriter id(int id) {
        out.putShort(0, (short) id);
        return this;
    }

    /** Any record: section 0 has the answers, 1 the authorities, 2 the rest. */
    ReplyWriter record(int section, DnsName owner, int type, long seconds, byte[] data) {
        out.put(owner.wire()).putShort((short) type).putShort((short) 1).putInt((int) seconds);
        out.putShort((short) data.length).put(data);
        counts[section]++;
        return this;
    }

    ReplyWriter address(String owner, long seconds, String... addresses) {
        for (String text : addresses) {
            IpAddress address = IpAddress.parse(text);
            byte[] data =
                    address.isV4()
                            ? ByteBuffer.allocate(4).putInt(address.v4()).array()
                            : ByteBuffer.allocate(16)
                                    .putLong(address.high())
                                    .putLong(address.low())
                                    .array();
            record(
                    0,
                    DnsName.parse(owner),
                    address.isV4() ? RecordType.A : RecordType.AAAA,
                    seconds,
                    data);
        }
        return this;
    }

    ReplyWriter alias(String owner, long seconds, String target) {
        return record(
                0, DnsName.parse(owner), RecordType.CNAME, seconds, DnsName.parse(target).wire());
    }

    ReplyWriter soa(String zone, long seconds, long minimum) {
        byte[] name = DnsName.parse("ns." + zone).wire();
        ByteBuffer data = ByteBuffer.allocate(2 * name.length + 20);
        data.put(name).put(name).putInt(1).putInt(2).putInt(3).putInt(4).putInt((int) minimum);
        return record(1, DnsName.parse(zone), RecordType.SOA, seconds, data.array());
    }

    byte[] bytes() {
        for (int i = 0; i < 3; i++) {
            out.putShort(6 + 2 * i, (short) counts[i]);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** As it goes over TCP. */
    byte[] framed() {
        byte[] message = bytes();
        return ByteBuffer.allocate(2 + message.length)
                .putShort((short) message.length)
                .put(message)
                .array();
    }
}
