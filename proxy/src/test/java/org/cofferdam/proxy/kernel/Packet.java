package org.cofferdam.proxy.kernel;

import java.nio.ByteBuffer;
import org.cofferdam.proxy.frame.Mac;

/** Ethernet frames with IPv4 and UDP in them, told apart by a number. */
final class Packet {
    static final int PORT = 7000;
    private static final int IPV4 = 0x0800;
    private static final int ID_AT = 42;

    private Packet() {}

    /** A UDP packet from 10.77.0.99 to 10.77.0.{@code to}. */
    static byte[] udp(long destination, Mac source, int to, int id) {
        return udp(destination, source, to, id, 60);
    }

    static byte[] udp(long destination, Mac source, int to, int id, int length) {
        byte[] bytes = new byte[length];
        ByteBuffer frame = ethernet(bytes, destination, source.value(), IPV4);
        ip(frame, length - 14, 17, to);
        frame.putShort((short) PORT).putShort((short) PORT).putShort((short) (length - 34));
        frame.putShort((short) 0); // no checksum
        frame.putInt(id);
        return bytes;
    }

    /** A TCP segment with {@code length} bytes in all, whose checksum and segmentation are left to the receiver. */
    static byte[] tcp(Mac destination, Mac source, int to, int length) {
        byte[] bytes = new byte[length];
        ByteBuffer frame = ethernet(bytes, destination.value(), source.value(), IPV4);
        ip(frame, length - 14, 6, to);
        frame.putShort((short) PORT).putShort((short) PORT).putInt(1).putInt(1);
        frame.putShort((short) 0x5010).putShort((short) 1000).putInt(0);
        return bytes;
    }

    /** A frame of any type, with rubbish in it. */
    static byte[] ofType(Mac destination, long source, int type) {
        byte[] bytes = new byte[60];
        ethernet(bytes, destination.value(), source, type);
        return bytes;
    }

    private static ByteBuffer ethernet(byte[] bytes, long destination, long source, int type) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.putShort((short) (destination >>> 32)).putInt((int) destination);
        frame.putShort((short) (source >>> 32)).putInt((int) source);
        return frame.putShort((short) type);
    }

    private static void ip(ByteBuffer frame, int length, int protocol, int to) {
        int start = frame.position();
        frame.putShort((short) 0x4500).putShort((short) length).putInt(0x00004000);
        frame.put((byte) 64).put((byte) protocol).putShort((short) 0);
        frame.putInt(0x0a4d0063).putInt(0x0a4d0000 | to);
        int sum = 0;
        for (int i = start; i < start + 20; i += 2) {
            sum += Short.toUnsignedInt(frame.getShort(i));
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        frame.putShort(start + 10, (short) ~((sum & 0xffff) + (sum >>> 16)));
    }

    /** The number in a frame that {@link #udp} made or that a socket sent, or -1 if it is another. */
    static int id(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        boolean ours =
                frame.length >= ID_AT + 4
                        && bytes.getShort(12) == IPV4
                        && bytes.get(23) == 17
                        && bytes.getShort(36) == PORT;
        return ours ? bytes.getInt(ID_AT) : -1;
    }
}
