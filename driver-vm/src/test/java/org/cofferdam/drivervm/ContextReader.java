package org.cofferdam.drivervm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Does with a sent frame what its context descriptor says (82574 datasheet, 7.2.10.2 and 7.2.11): checksums at their
 * places, segments with their own lengths, sequence numbers and flags.
 */
final class ContextReader {

    private static final long TSE = 1L << 26;
    private static final long IXSM = 1L << 40;
    private static final long TXSM = 1L << 41;

    private final long low;
    private final long high;
    private final long data;
    private final byte[] frame;

    ContextReader(BenchCard.Descriptor context, BenchCard.Descriptor data, ByteBuffer frame) {
        this.low = context.low();
        this.high = context.high();
        this.data = data.high();
        this.frame = new byte[frame.remaining()];
        frame.duplicate().get(this.frame);
    }

    /** The frames that a card would put on the wire. */
    List<byte[]> onTheWire() {
        if ((data & TSE) == 0) {
            insertSums(frame);
            return List.of(frame);
        }
        int headers = field(high, 40, 8);
        int mss = field(high, 48, 16);
        int payload = (int) (high & 0xfffff);
        if (payload != frame.length - headers) {
            throw new AssertionError("PAYLEN " + payload + " is not the payload");
        }
        List<byte[]> segments = new ArrayList<>();
        for (int done = 0; done < payload; done += mss) {
            segments.add(segment(headers, done, Math.min(mss, payload - done), payload));
        }
        return segments;
    }

    private byte[] segment(int headers, int done, int part, int payload) {
        byte[] bytes = new byte[headers + part];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        out.put(0, frame, 0, headers).put(headers, frame, headers + done, part);
        int network = field(low, 0, 8);
        int transport = field(low, 32, 8);
        boolean v4 = (high & 1L << 25) != 0;
        if (v4) {
            out.putShort(network + 2, (short) (headers - network + part));
            out.putShort(network + 4, (short) (out.getShort(network + 4) + done));
        } else {
            out.putShort(network + 4, (short) (headers - network - 40 + part));
        }
        out.putInt(transport + 4, out.getInt(transport + 4) + done);
        if (done + part < payload) {
            out.put(
                    transport + 13,
                    (byte) (out.get(transport + 13) & ~0x09)); // FIN, PSH: last only
        }
        // The pseudo-header in the field lacks the length, which differs by segment.
        int checksum = transport + 16;
        int sum = Short.toUnsignedInt(out.getShort(checksum)) + headers - transport + part;
        out.putShort(checksum, (short) ((sum & 0xffff) + (sum >>> 16)));
        insertSums(bytes);
        return bytes;
    }

    private void insertSums(byte[] bytes) {
        if ((data & IXSM) != 0) {
            insertSum(bytes, field(low, 0, 8), field(low, 8, 8), field(low, 16, 16) + 1);
        }
        if ((data & TXSM) != 0) {
            insertSum(bytes, field(low, 32, 8), field(low, 40, 8), bytes.length);
        }
    }

    private static void insertSum(byte[] bytes, int start, int place, int end) {
        int sum = ~sum(bytes, start, end, 0) & 0xffff;
        bytes[place] = (byte) (sum >>> 8);
        bytes[place + 1] = (byte) sum;
    }

    /** Ones' complement sum of [start, end), RFC 1071. */
    static int sum(byte[] bytes, int start, int end, long first) {
        long sum = first;
        for (int i = start; i < end; i++) {
            sum += (long) Byte.toUnsignedInt(bytes[i]) << ((i - start) % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    private static int field(long word, int shift, int bits) {
        return (int) (word >>> shift) & ((1 << bits) - 1);
    }
}
