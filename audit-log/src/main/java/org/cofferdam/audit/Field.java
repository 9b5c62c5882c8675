package org.cofferdam.audit;

/**
 * One named 64-bit value of a crossing type.
 *
 * @param name as it appears in both outputs, lower case with underscores
 * @param kind how it reads
 */
public record Field(String name, Kind kind) {
    /** How a value reads. JSON gives a number where a number is exact, else the same text. */
    public enum Kind {
        /** Unsigned decimal. */
        DEC,
        /** Signed decimal. */
        SIGNED,
        /** Hexadecimal with 0x. */
        HEX,
        /** Six bytes, the first on the wire in bits 40 to 47: 0x525400123456 is 52:54:00:12:34:56. */
        MAC,
        /** A time span in nanoseconds. */
        DURATION_NS,
        /** The number of a switch port. */
        PORT,
        /** A code of {@link PacketVerdict}. */
        VERDICT,
        /** 16 bits, four hexadecimal digits. */
        ETHERTYPE,
        /** 0 or 1. */
        BOOL
    }

    static Field dec(String name) {
        return new Field(name, Kind.DEC);
    }

    static Field hex(String name) {
        return new Field(name, Kind.HEX);
    }

    static Field as(String name, Kind kind) {
        return new Field(name, kind);
    }
}
