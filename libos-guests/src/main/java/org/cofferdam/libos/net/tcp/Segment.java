package org.cofferdam.libos.net.tcp;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.ip.Packet;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Tcp;

/** A received segment, read once out of its packet. Reused, allocation-free. */
final class Segment {
    MemorySegment memory = MemorySegment.NULL;
    long remoteHigh;
    long remoteLow;
    long localHigh;
    long localLow;
    int remotePort;
    int localPort;
    int sequence;
    int acknowledgment;
    int flags;

    /** The field as it came, without scale. */
    int window;

    long payload;
    int length;
    final TcpOptions options = new TcpOptions();

    /** Reads the header. False if it is not whole (RFC 9293, section 3.1) or an option is not. */
    boolean read(Packet p) {
        if (p.length < Tcp.HEADER_BYTES) {
            return false;
        }
        int headerBytes = Tcp.headerBytes(p.memory, p.offset);
        if (headerBytes < Tcp.HEADER_BYTES || headerBytes > p.length) {
            return false;
        }
        memory = p.memory;
        remoteHigh = p.sourceHigh;
        remoteLow = p.sourceLow;
        localHigh = p.destinationHigh;
        localLow = p.destinationLow;
        remotePort = Tcp.sourcePort(p.memory, p.offset);
        localPort = Tcp.destinationPort(p.memory, p.offset);
        sequence = Tcp.sequence(p.memory, p.offset);
        acknowledgment = Tcp.acknowledgment(p.memory, p.offset);
        flags = Tcp.flags(p.memory, p.offset);
        window = Tcp.window(p.memory, p.offset);
        payload = p.offset + headerBytes;
        length = p.length - headerBytes;
        return remotePort != 0
                && localPort != 0
                && options.read(
                        p.memory, p.offset + Tcp.HEADER_BYTES, headerBytes - Tcp.HEADER_BYTES);
    }

    /** Whether the checksum is right (RFC 9293, section 3.1), or the link vouches for it. */
    static boolean hasRightChecksum(Packet p) {
        if (p.checksumKnownGood) {
            return true;
        }
        long sum =
                InternetChecksum.pseudoHeader(
                        p.sourceHigh,
                        p.sourceLow,
                        p.destinationHigh,
                        p.destinationLow,
                        Protocol.TCP,
                        p.length);
        return InternetChecksum.isRight(InternetChecksum.add(sum, p.memory, p.offset, p.length));
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** What it takes of the sequence: its bytes, and one each for SYN and FIN. */
    int sequenceLength() {
        return length + (has(Tcp.SYN) ? 1 : 0) + (has(Tcp.FIN) ? 1 : 0);
    }

    /** Cuts off what lies before a number; at most its bytes and its SYN. */
    void trimBefore(int first) {
        int surplus = first - sequence;
        if (surplus <= 0) {
            return;
        }
        if (has(Tcp.SYN)) {
            flags &= ~Tcp.SYN;
            sequence++;
            surplus--;
        }
        int cut = Math.min(surplus, length);
        sequence += cut;
        payload += cut;
        length -= cut;
    }

    /** Cuts off what lies at and behind a number, and with it a FIN. */
    void trimFrom(int end) {
        int surplus = sequence + length - end;
        if (surplus > 0) {
            length -= Math.min(surplus, length);
            flags &= ~Tcp.FIN;
        }
    }
}
