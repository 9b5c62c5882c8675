package org.cofferdam.proxy.packetswitch;

import java.util.Arrays;

/**
 * Which port has an address: open addressing over two arrays, filled from policies only. One thread; lookups are
 * allocation-free.
 */
final class MacTable {
    /** No port has the address. */
    static final int NONE = -1;

    // Zero is no station's address, so it marks a free slot.
    private long[] address = new long[16];
    private int[] port = new int[16];
    private int used;

    void clear() {
        Arrays.fill(address, 0);
        used = 0;
    }

    /** @throws IllegalArgumentException when another entry has the address */
    void add(long mac, int owner) {
        if (find(mac) != NONE) {
            throw new IllegalArgumentException("Two ports with one address");
        }
        if (2 * (used + 1) > address.length) {
            grow();
        }
        int slot = free(mac);
        address[slot] = mac;
        port[slot] = owner;
        used++;
    }

    int find(long mac) {
        int mask = address.length - 1;
        for (int slot = hash(mac) & mask; address[slot] != 0; slot = (slot + 1) & mask) {
            if (address[slot] == mac) {
                return port[slot];
            }
        }
        return NONE;
    }

    private int free(long mac) {
        int mask = address.length - 1;
        int slot = hash(mac) & mask;
        while (address[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldAddress = address;
        int[] oldPort = port;
        address = new long[2 * oldAddress.length];
        port = new int[2 * oldPort.length];
        for (int i = 0; i < oldAddress.length; i++) {
            if (oldAddress[i] != 0) {
                int slot = free(oldAddress[i]);
                address[slot] = oldAddress[i];
                port[slot] = oldPort[i];
            }
        }
    }

    private static int hash(long mac) {
        return (int) ((mac * 0x9e37_79b9_7f4a_7c15L) >>> 40);
    }
}
