package org.cofferdam.libos.net.dns;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A question as it is sent, and whether something that came back answers it (RFC 1035, section 4.1; RFC 5452, section 9).
 *
 * <pre>
 *  0  u16 identification, random    2  flags: recursion desired    4  u16 1 question    6  8  10  u16 0, 0, 0 or 1
 * 12  name, u16 type, u16 class     behind: an OPT record that says how long a reply may be (RFC 6891)
 * </pre>
 *
 * The case of the name's letters is random too: a reply repeats the question as it was, so who did not see the question
 * has to guess that as well.
 */
final class DnsQuery {
    /** Bytes of the longest reply over UDP that is asked for: what fits in any path's packets (RFC 9715, section 3). */
    static final int MOST_REPLY_BYTES = 1232;

    private static final int HEADER_BYTES = 12;
    private static final int OPT_BYTES = 11;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int REPLY = 0x8000;
    private static final int OPCODE = 0x7800;

    /** What came back, held against the question. */
    enum Match {
        /** It answers. */
        YES,
        /** It answers a question that differs in the case of letters: a server that changes it, or a guess. */
        BUT_FOR_CASE,
        NO
    }

    private final byte[] bytes;
    private final int questionEnd;

    /**
     * A question.
     *
     * @param extended with an OPT record, which old servers do not know
     */
    DnsQuery(DnsName name, int type, boolean extended, RandomGenerator random) {
        byte[] wire = name.wire();
        mixCase(wire, random);
        questionEnd = HEADER_BYTES + wire.length + 4;
        ByteBuffer to = ByteBuffer.allocate(questionEnd + (extended ? OPT_BYTES : 0));
        to.putShort((short) random.nextInt()).putShort((short) RECURSION_DESIRED);
        to.putShort((short) 1).putInt(0).putShort((short) (extended ? 1 : 0));
        to.put(wire).putShort((short) type).putShort((short) RecordType.INTERNET);
        if (extended) {
            to.put((byte) 0).putShort((short) RecordType.OPT).putShort((short) MOST_REPLY_BYTES);
            to.putInt(0).putShort((short) 0);
        }
        bytes = to.array();
    }

    private static void mixCase(byte[] wire, RandomGenerator random) {
        for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
            for (int i = at + 1; i <= at + wire[at]; i++) {
                if (wire[i] >= 'a' && wire[i] <= 'z' && random.nextBoolean()) {
                    wire[i] = (byte) (wire[i] - 'a' + 'A');
                }
            }
        }
    }

    /** The message. */
    byte[] bytes() {
        return bytes;
    }

    /** Where a reply's answers begin: behind the question, which is the same. */
    int questionEnd() {
        return questionEnd;
    }

    /** Holds what came against the question: identification, direction, kind, and the question itself. */
    Match match(byte[] reply, int length) {
        if (length < questionEnd) {
            return Match.NO;
        }
        ByteBuffer in = ByteBuffer.wrap(reply, 0, length);
        int flags = in.getShort(2);
        if (in.getShort(0) != ByteBuffer.wrap(bytes).getShort()
                || (flags & REPLY) == 0
                || (flags & OPCODE) != 0
                || in.getShort(4) != 1) {
            return Match.NO;
        }
        if (Arrays.equals(reply, HEADER_BYTES, questionEnd, bytes, HEADER_BYTES, questionEnd)) {
            return Match.YES;
        }
        for (int i = HEADER_BYTES; i < questionEnd; i++) {
            if (Character.toLowerCase(reply[i] & 0xff) != Character.toLowerCase(bytes[i] & 0xff)) {
                return Match.NO;
            }
        }
        return Match.BUT_FOR_CASE;
    }
}
