package org.cofferdam.libos.net.dhcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.cofferdam.libos.net.stack.HandLink;
import org.cofferdam.libos.net.wire.IpAddress;

/** A server's message as it is written, honestly or not. */
final class Written {
    static final IpAddress SERVER = IpAddress.parse("10.9.0.2");
    static final IpAddress GIVEN = IpAddress.parse("10.9.0.50");
    static final int LEASE_SECONDS = 3600;

    final ByteBuffer bytes = ByteBuffer.allocate(1500);

    /** A message of a type to a question, with its server's identifier. */
    Written(MessageType type, int xid, IpAddress given) {
        bytes.putInt(0x0201_0600).putInt(xid).putInt(16, given.v4());
        bytes.putShort(28, (short) (HandLink.MAC.value() >>> 32));
        bytes.putInt(30, (int) HandLink.MAC.value());
        bytes.position(236);
        bytes.putInt(DhcpQuestion.COOKIE);
        option(DhcpOption.MESSAGE_TYPE, type.number());
        address(DhcpOption.SERVER, SERVER);
    }

    /** An honest one with all that a lease has. */
    static Written lease(MessageType type, int xid) {
        return new Written(type, xid, GIVEN)
                .address(DhcpOption.MASK, IpAddress.parse("255.255.255.0"))
                .address(DhcpOption.ROUTER, SERVER)
                .address(DhcpOption.NAME_SERVERS, SERVER)
                .text(DhcpOption.DOMAIN, "test.lan")
                .text(DhcpOption.HOST_NAME, "me")
                .seconds(DhcpOption.LEASE_SECONDS, LEASE_SECONDS);
    }

    Written option(int code, int... data) {
        bytes.put((byte) code).put((byte) data.length);
        for (int b : data) {
            bytes.put((byte) b);
        }
        return this;
    }

    Written address(int code, IpAddress address) {
        bytes.put((byte) code).put((byte) 4).putInt(address.v4());
        return this;
    }

    Written seconds(int code, long seconds) {
        bytes.put((byte) code).put((byte) 4).putInt((int) seconds);
        return this;
    }

    Written text(int code, String text) {
        byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
        bytes.put((byte) code).put((byte) data.length).put(data);
        return this;
    }

    /** Changes a byte. */
    Written poke(int at, int value) {
        bytes.put(at, (byte) value);
        return this;
    }

    /** With its end option. */
    byte[] end() {
        bytes.put((byte) DhcpOption.END);
        return cut();
    }

    /** Without. */
    byte[] cut() {
        byte[] all = new byte[bytes.position()];
        bytes.get(0, all);
        return all;
    }
}
