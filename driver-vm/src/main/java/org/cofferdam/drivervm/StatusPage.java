package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What a driver says about itself: a snapshot of the status page. All of it is the untrusted domain's word; it may change
 * at any time, so each field is read once and the snapshot is what is checked and used.
 *
 * <pre>
 * 0x00 u32 state: 0 boot, 1 ready, 2 panicked   0x04 u32 link: bit 0 up, bit 1 full duplex, 16-31 Mbit/s
 * 0x08 u8[6] MAC   0x10 u64 heartbeat
 * 0x18 u64 rx frames, rx bytes, tx frames, tx bytes, rx errors, tx errors, rx no-buffer, waits
 * 0x100 char[256] panic text
 * </pre>
 *
 * @param state what the driver claims to be
 * @param linkUp whether the card has a link
 * @param fullDuplex whether it is full duplex
 * @param speedMbit its speed in Mbit/s, 0 to 65535
 * @param mac the card's address, first octet in bits 40 to 47
 * @param heartbeat passes of the driver's loop
 * @param counters frames, bytes and losses
 */
public record StatusPage(
        State state,
        boolean linkUp,
        boolean fullDuplex,
        int speedMbit,
        long mac,
        long heartbeat,
        Counters counters) {

    /** A driver's state as it claims it. */
    public enum State {
        BOOT,
        READY,
        PANICKED,
        /** A number that means nothing. */
        UNKNOWN
    }

    /** Counters since the driver's start; "rx" is from the wire, "tx" to the wire. */
    public record Counters(
            long rxFrames,
            long rxBytes,
            long txFrames,
            long txBytes,
            long rxErrors,
            long txErrors,
            long rxNoBuffer,
            long waits) {}

    private static final int PANIC_TEXT_BYTES = 256;
    private static final long BASE = DomainLayout.STATUS_PAGE.value();
    private static final VarHandle U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle U64 =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /** Reads each field once. {@code domain} is the whole memory of the domain, 8-byte aligned. */
    public static StatusPage read(MemorySegment domain) {
        int state = u32(domain, 0x00);
        int link = u32(domain, 0x04);
        long mac = u64(domain, 0x08);
        return new StatusPage(
                switch (state) {
                    case 0 -> State.BOOT;
                    case 1 -> State.READY;
                    case 2 -> State.PANICKED;
                    default -> State.UNKNOWN;
                },
                (link & 1) != 0,
                (link & 2) != 0,
                link >>> 16,
                Long.reverseBytes(mac) >>> 16,
                heartbeat(domain),
                new Counters(
                        u64(domain, 0x18),
                        u64(domain, 0x20),
                        u64(domain, 0x28),
                        u64(domain, 0x30),
                        u64(domain, 0x38),
                        u64(domain, 0x40),
                        u64(domain, 0x48),
                        u64(domain, 0x50)));
    }

    /** The heartbeat alone, for the watchdog. */
    public static long heartbeat(MemorySegment domain) {
        return u64(domain, 0x10);
    }

    /** The panic text: at most 255 characters of printable ASCII, anything else shown as '?'. */
    public static String panicText(MemorySegment domain) {
        byte[] text = domain.asSlice(BASE + 0x100, PANIC_TEXT_BYTES).toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < PANIC_TEXT_BYTES - 1 && text[length] != 0) {
            if (text[length] < ' ' || text[length] > '~') {
                text[length] = '?';
            }
            length++;
        }
        return new String(text, 0, length, StandardCharsets.US_ASCII);
    }

    /** Whether the MAC can be a station's: neither zero nor multicast (IEEE 802.3, 3.2.3). */
    public boolean hasStationMac() {
        return mac != 0 && (mac >>> 40 & 1) == 0;
    }

    /** The MAC as six octets, a fresh array. */
    public byte[] macOctets() {
        byte[] octets = new byte[6];
        for (int i = 0; i < 6; i++) {
            octets[i] = (byte) (mac >>> (8 * (5 - i)));
        }
        return octets;
    }

    private static int u32(MemorySegment domain, long offset) {
        return (int) U32.getOpaque(domain, BASE + offset);
    }

    private static long u64(MemorySegment domain, long offset) {
        return (long) U64.getOpaque(domain, BASE + offset);
    }
}
