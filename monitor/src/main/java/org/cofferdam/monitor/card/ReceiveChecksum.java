package org.cofferdam.monitor.card;

import static org.cofferdam.monitor.card.OnesComplement.fold;
import static org.cofferdam.monitor.card.OnesComplement.load16;
import static org.cofferdam.monitor.card.OnesComplement.sum;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the card says of the checksums of a received frame: the packet checksum, and whether IPv4 header and
 * TCP or UDP are right (DS 7.1.10, SDM 3.2.9). The frame is untrusted: every length in it is checked
 * against the frame's own. One pass over the bytes serves both.
 */
final class ReceiveChecksum {
    /** Status: ignore the checksum indications. */
    static final int STATUS_IXSM = 1 << 2;

    static final int STATUS_UDPCS = 1 << 4;
    static final int STATUS_TCPCS = 1 << 5;
    static final int STATUS_IPCS = 1 << 6;
    static final int ERROR_TCPE = 1 << 5;
    static final int ERROR_IPE = 1 << 6;

    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final RegisterFile registers;
    private final boolean hasUdpStatus;

    private int status;
    private int errors;
    private int packetChecksum;

    ReceiveChecksum(CardModel model, RegisterFile registers) {
        this.registers = registers;
        this.hasUdpStatus = model == CardModel.I82574L;
    }

    /** Status bits of the frame examined last. */
    int status() {
        return status;
    }

    /** Error bits of the frame examined last. */
    int errors() {
        return errors;
    }

    /** The sum from RXCSUM.PCSS to the end, not inverted. */
    int packetChecksum() {
        return packetChecksum;
    }

    /** Examines a frame of at least 60 bytes. */
    void examine(MemorySegment memory, long offset, int length) {
        int control = registers.get(Registers.RXCSUM);
        int start = Math.min(control & 0xff, length);
        int whole = sum(memory, offset, length);
        packetChecksum = start == 0 ? whole : sum(memory, offset + start, length - start);
        status = 0;
        errors = 0;
        int type = load16(memory, offset + 12);
        int network = 14;
        if (type == registers.get(Registers.VET)) {
            type = load16(memory, offset + 16);
            network = 18;
        }
        boolean wantsIp = (control & Registers.RXCSUM_IPOFL) != 0;
        boolean wantsTransport = (control & Registers.RXCSUM_TUOFL) != 0;
        if (type == TYPE_IPV4 && (wantsIp || wantsTransport)) {
            ipv4(memory, offset, length, network, whole, wantsIp, wantsTransport);
        } else if (type == TYPE_IPV6 && wantsTransport) {
            ipv6(memory, offset, length, network, whole);
        }
        if (status == 0) {
            status = STATUS_IXSM;
        }
    }

    private void ipv4(
            MemorySegment memory,
            long offset,
            int length,
            int network,
            int whole,
            boolean wantsIp,
            boolean wantsTransport) {
        int first = memory.get(ValueLayout.JAVA_BYTE, offset + network);
        int header = 4 * (first & 0xf);
        // RFC 791 3.1: version 4, at least five words, all inside the frame (60 bytes at least).
        if ((first & 0xf0) != 0x40 || header < 20 || network + header > length) {
            return;
        }
        if (wantsIp) {
            status |= STATUS_IPCS;
            if (sum(memory, offset + network, header) != 0xffff) {
                errors |= ERROR_IPE;
            }
        }
        int total = load16(memory, offset + network + 2);
        boolean fragment = (load16(memory, offset + network + 6) & 0x3fff) != 0;
        if (!wantsTransport || fragment || total < header || network + total > length) {
            return;
        }
        int protocol = memory.get(ValueLayout.JAVA_BYTE, offset + network + 9) & 0xff;
        int addresses = sum(memory, offset + network + 12, 8);
        transport(
                memory,
                offset,
                length,
                network + header,
                total - header,
                protocol,
                addresses,
                whole);
    }

    private void ipv6(MemorySegment memory, long offset, int length, int network, int whole) {
        // RFC 8200 3. Only a transport header right behind the fixed one is looked at.
        if (network + 40 > length
                || (memory.get(ValueLayout.JAVA_BYTE, offset + network) & 0xf0) != 0x60) {
            return;
        }
        int payload = load16(memory, offset + network + 4);
        if (network + 40 + payload > length) {
            return;
        }
        int protocol = memory.get(ValueLayout.JAVA_BYTE, offset + network + 6) & 0xff;
        int addresses = sum(memory, offset + network + 8, 32);
        transport(memory, offset, length, network + 40, payload, protocol, addresses, whole);
    }

    /** {@code at + bytes <= length} holds, and {@code at} is even. */
    private void transport(
            MemorySegment memory,
            long offset,
            int length,
            int at,
            int bytes,
            int protocol,
            int addresses,
            int whole) {
        int flags;
        if (protocol == TCP && bytes >= 20) {
            flags = STATUS_TCPCS;
        } else if (protocol == UDP && bytes >= 8 && load16(memory, offset + at + 6) != 0) {
            flags = hasUdpStatus ? STATUS_TCPCS | STATUS_UDPCS : STATUS_TCPCS;
        } else {
            return;
        }
        int covered =
                at + bytes == length
                        ? OnesComplement.subtract(whole, sum(memory, offset, at))
                        : sum(memory, offset + at, bytes);
        status |= flags;
        // A right checksum makes the sum all ones; the subtraction may give the other zero.
        int result = fold((long) covered + addresses + protocol + bytes);
        if (result != 0xffff && result != 0) {
            errors |= ERROR_TCPE;
        }
    }
}
