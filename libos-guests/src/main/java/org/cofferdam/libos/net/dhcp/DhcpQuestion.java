package org.cofferdam.libos.net.dhcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * Writes a client's messages (RFC 2131, section 2).
 *
 * <pre>
 *   0  u8 op 1   1  u8 hardware 1   2  u8 6   3  u8 hops 0   4  u32 xid   8  u16 seconds   10  u16 flags 0
 *  12  ciaddr    16  yiaddr 0       20  siaddr 0             24  giaddr 0
 *  28  chaddr, 16 bytes             44  sname, 64            108  file, 128
 * 236  the cookie 63 82 53 63       240  options: u8 code, u8 length, data; 0 alone is padding, 255 alone the end
 * </pre>
 */
final class DhcpQuestion {
    static final int OPTIONS = 240;
    static final int COOKIE = 0x6382_5363;

    /** Shorter ones have met relays that drop them (RFC 1542, section 2.1). */
    private static final int LEAST_BYTES = 300;

    /** What we take in (RFC 2132, section 9.10). */
    private static final int MOST_REPLY_BYTES = 1472;

    /** RFC 3442: routes stand before the router. */
    private static final byte[] WANTED = {
        DhcpOption.MASK,
        DhcpOption.ROUTES,
        DhcpOption.ROUTER,
        DhcpOption.NAME_SERVERS,
        DhcpOption.HOST_NAME,
        DhcpOption.DOMAIN,
        DhcpOption.SEARCH
    };

    private final ByteBuffer out = ByteBuffer.allocate(600);

    /**
     * Begins a message.
     *
     * @param own the address in use, "any" if there is none yet
     * @param seconds since the client began to ask
     */
    DhcpQuestion(MessageType type, int xid, MacAddress mac, IpAddress own, long seconds) {
        out.put((byte) 1).put((byte) 1).put((byte) 6).put((byte) 0).putInt(xid);
        out.putShort((short) Math.min(seconds, 0xffff)).putShort((short) 0).putInt(own.v4());
        out.putShort(28, (short) (mac.value() >>> 32)).putInt(30, (int) mac.value());
        out.position(OPTIONS - 4);
        out.putInt(COOKIE);
        option(DhcpOption.MESSAGE_TYPE, new byte[] {(byte) type.number()});
        option(DhcpOption.CLIENT, clientIdentifier(mac));
    }

    /**
     * RFC 4361, section 6.1: 255, the interface's number, and the station's DUID, here of the kind that is its Ethernet
     * address (RFC 8415, section 11.4), which the monitor gave and which stays.
     */
    static byte[] clientIdentifier(MacAddress mac) {
        ByteBuffer id = ByteBuffer.allocate(15);
        id.put((byte) 255).putInt(1).putShort((short) 3).putShort((short) 1);
        id.putShort((short) (mac.value() >>> 32)).putInt((int) mac.value());
        return id.array();
    }

    private DhcpQuestion option(int code, byte[] data) {
        out.put((byte) code).put((byte) data.length).put(data);
        return this;
    }

    DhcpQuestion address(int code, IpAddress address) {
        return option(code, ByteBuffer.allocate(4).putInt(address.v4()).array());
    }

    /** What we would like to be told, and what we are called. */
    DhcpQuestion wishes(@Nullable DnsName hostName) {
        option(DhcpOption.WANTED, WANTED);
        option(
                DhcpOption.MOST_BYTES,
                ByteBuffer.allocate(2).putShort((short) MOST_REPLY_BYTES).array());
        if (hostName != null) {
            option(DhcpOption.HOST_NAME, hostName.toString().getBytes(StandardCharsets.US_ASCII));
        }
        return this;
    }

    /** The whole message. */
    ByteBuffer end() {
        out.put((byte) DhcpOption.END);
        out.position(Math.max(out.position(), LEAST_BYTES));
        return out.flip();
    }
}
