package org.cofferdam.libos.net.dns;

/**
 * Reads a message front to back. Each length is held against the message's end, and each name against the bounds of RFC
 * 1035, sections 2.3.4 and 4.1.4, before it is used.
 */
final class DnsReader {
    private static final int HEADER_BYTES = 12;
    private static final int POINTER = 0xc0;

    private final byte[] message;
    private final int end;
    private final int firstTarget;
    private int at;

    /** A reader at an offset of a message of so many bytes. No pointer leads into its header. */
    DnsReader(byte[] message, int length, int at) {
        this(message, length, at, HEADER_BYTES);
    }

    /** The same where pointers may lead to an offset and behind. */
    DnsReader(byte[] message, int length, int at, int firstTarget) {
        this.message = message;
        this.firstTarget = firstTarget;
        this.end = length;
        this.at = at;
    }

    int position() {
        return at;
    }

    boolean isAtEnd() {
        return at == end;
    }

    private int byteAt(int offset) throws MalformedMessageException {
        if (offset >= end) {
            throw new MalformedMessageException("it ends in the middle of something");
        }
        return message[offset] & 0xff;
    }

    int u16() throws MalformedMessageException {
        int value = byteAt(at) << 8 | byteAt(at + 1);
        at += 2;
        return value;
    }

    int i32() throws MalformedMessageException {
        return u16() << 16 | u16();
    }

    long i64() throws MalformedMessageException {
        return (long) i32() << 32 | Integer.toUnsignedLong(i32());
    }

    /** Goes on behind so many bytes, which must be there. */
    void skip(int bytes) throws MalformedMessageException {
        if (bytes > end - at) {
            throw new MalformedMessageException("a length leads beyond its end");
        }
        at += bytes;
    }

    /**
     * A name, compressed or not. A pointer leads to before where its part of the name began, so each is further in front
     * than the one before it, and there is an end.
     */
    DnsName name() throws MalformedMessageException {
        byte[] name = new byte[DnsName.MOST_BYTES];
        int length = 0;
        int from = at;
        int partBegan = at;
        int behind = -1;
        while (true) {
            int label = byteAt(from);
            if (label >= POINTER) {
                int target = (label & 0x3f) << 8 | byteAt(from + 1);
                if (target >= partBegan || target < firstTarget) {
                    throw new MalformedMessageException(
                            "a name's pointer does not lead to before it");
                }
                behind = behind < 0 ? from + 2 : behind;
                from = target;
                partBegan = target;
            } else if (label > DnsName.MOST_LABEL_BYTES) {
                // RFC 6891, section 5: extended label types are not used.
                throw new MalformedMessageException("a label's type is unknown");
            } else if (label == 0) {
                name[length++] = 0;
                at = behind < 0 ? from + 1 : behind;
                return DnsName.ofWire(name, length);
            } else {
                // One place stays for the last zero.
                if (length + 1 + label > DnsName.MOST_BYTES - 1 || label > end - from - 1) {
                    throw new MalformedMessageException("a name is too long");
                }
                System.arraycopy(message, from, name, length, label + 1);
                length += label + 1;
                from += label + 1;
            }
        }
    }
}
