package org.cofferdam.proxy.fuzz;

import java.util.Arrays;

/** Reads an input from its start on, little-endian; behind its end everything is 0. */
public final class FuzzInput {
    private final byte[] bytes;
    private int at;

    public FuzzInput(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Whether something is left. */
    public boolean hasMore() {
        return at < bytes.length;
    }

    /** 0 to 255. */
    public int u8() {
        return at < bytes.length ? bytes[at++] & 0xff : 0;
    }

    /** 0 to 65535. */
    public int u16() {
        return u8() | u8() << 8;
    }

    /** 0 to 2^32 - 1. */
    public long u32() {
        return u16() | (long) u16() << 16;
    }

    /** Any number of 64 bits. */
    public long i64() {
        return u32() | u32() << 32;
    }

    public boolean bool() {
        return (u8() & 1) != 0;
    }

    /** 0 to count - 1, by one byte. */
    public int below(int count) {
        return u8() % count;
    }

    /** All that is left, at most so many bytes. */
    public byte[] rest(int most) {
        byte[] rest = Arrays.copyOfRange(bytes, Math.min(at, bytes.length), bytes.length);
        at = bytes.length;
        return rest.length > most ? Arrays.copyOf(rest, most) : rest;
    }
}
