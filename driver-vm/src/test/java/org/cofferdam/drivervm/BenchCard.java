package org.cofferdam.drivervm;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * As much of an 82540EM or 82574L as the driver's tests need: registers, both rings, no filter, no segmentation. It keeps
 * the transmit descriptors as the driver wrote them, for the test to judge.
 */
final class BenchCard {

    static final long MAC = 0x52_54_00_12_34_56L;
    static final int RXT0 = 1 << 7;
    static final int LSC = 1 << 2;

    private static final int RDBAL = 0x800;
    private static final int RDLEN = 0x808;
    private static final int RDT = 0x818;
    private static final int TDBAL = 0x1800;
    private static final int TDLEN = 0x1808;
    private static final int TDT = 0x1818;
    private static final long RS = 1L << 27;
    private static final long EOP = 1L << 24;
    private static final long DEXT = 1L << 29;
    private static final long DATA = 1L << 20;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;

    private final KvmDomain domain;
    private final MemorySegment memory;
    private final MemorySegment rings;
    private final boolean is82574;
    private final boolean addressLoaded;

    private int control;
    private int eepromRead;
    private int causes;
    private int mask;
    private boolean link = true;
    private int receiveHead;
    private int transmitHead;
    private boolean holdTransmit;

    /** A descriptor as the driver wrote it. */
    record Descriptor(long low, long high) {
        boolean isContext() {
            return (high & DEXT) != 0 && (high & DATA) == 0;
        }

        boolean isEndOfFrame() {
            return (high & EOP) != 0 && !isContext();
        }
    }

    /** A frame as it left the driver, with the context that was in force. */
    record Sent(List<Descriptor> descriptors, ByteBuffer bytes) {}

    private final List<Descriptor> pending = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();

    BenchCard(KvmDomain domain, int pciDevice, boolean addressLoaded) {
        this.domain = domain;
        this.memory = domain.memory();
        this.rings = domain.ringRegisters();
        this.is82574 = pciDevice == 0x10d3;
        this.addressLoaded = addressLoaded;
    }

    int mask() {
        return mask;
    }

    void setLink(boolean up) {
        link = up;
        causes |= LSC;
    }

    /** While held the card sends nothing and reports nothing done. */
    void holdTransmit(boolean hold) {
        holdTransmit = hold;
    }

    /** Answers an MMIO exit inside BAR 0. */
    void access(int register, boolean write, int value) {
        if (write) {
            write(register, value);
        } else {
            domain.vcpu().setMmioData(Integer.toUnsignedLong(read(register)));
        }
    }

    private int read(int register) {
        return switch (register) {
            case 0x0000 -> control;
            case 0x0008 -> 0x80081 | (link ? 2 : 0);
            case 0x0014 -> eepromRead;
            case 0x00c0 -> {
                int all = causes;
                causes = 0;
                yield all;
            }
            case 0x5400 -> addressLoaded ? Integer.reverseBytes((int) (MAC >>> 16)) : 0;
            case 0x5404 ->
                    addressLoaded
                            ? 0x8000_0000 | Short.toUnsignedInt(Short.reverseBytes((short) MAC))
                            : 0;
            default -> 0;
        };
    }

    private void write(int register, int value) {
        switch (register) {
            case 0x0000 -> control = value & ~(1 << 26);
            case 0x0014 -> {
                int word = is82574 ? value >>> 2 & 0x3fff : value >>> 8 & 0xff;
                int octets = (int) (MAC >>> (32 - 16 * word)) & 0xffff;
                int data = Short.toUnsignedInt(Short.reverseBytes((short) octets));
                eepromRead = data << 16 | (is82574 ? 1 << 1 : 1 << 4);
            }
            case 0x00d0 -> mask |= value;
            case 0x00d8 -> mask &= ~value;
            default -> {}
        }
    }

    /** Puts a frame into the next receive buffer; false if the driver gave none. */
    boolean deliver(byte[] frame) {
        int size = rings.get(U32, RDLEN) / 16;
        if (size == 0 || receiveHead == rings.get(U32, RDT)) {
            return false;
        }
        long descriptor = rings.get(U32, RDBAL) + 16L * receiveHead;
        long buffer = memory.get(U64, descriptor);
        if (!DomainLayout.ARENA.contains(buffer, 2048)) {
            throw new AssertionError("receive buffer outside the arena: " + buffer);
        }
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, buffer, frame.length);
        memory.set(U64, descriptor + 8, frame.length | 3L << 32); // DD, EOP
        receiveHead = (receiveHead + 1) % size;
        causes |= RXT0;
        return true;
    }

    /** Takes all that the driver queued and returns the frames sent since the last call. */
    List<Sent> transmit() {
        int size = rings.get(U32, TDLEN) / 16;
        while (size != 0 && !holdTransmit && transmitHead != rings.get(U32, TDT)) {
            long at = rings.get(U32, TDBAL) + 16L * transmitHead;
            Descriptor descriptor = new Descriptor(memory.get(U64, at), memory.get(U64, at + 8));
            pending.add(descriptor);
            if ((descriptor.high() & RS) != 0) {
                memory.set(U64, at + 8, descriptor.high() | 1L << 32);
            }
            if (descriptor.isEndOfFrame()) {
                sent.add(new Sent(List.copyOf(pending), bytes()));
                pending.clear();
            }
            transmitHead = (transmitHead + 1) % size;
        }
        List<Sent> all = List.copyOf(sent);
        sent.clear();
        return all;
    }

    private ByteBuffer bytes() {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        for (Descriptor d : pending) {
            if (!d.isContext()) {
                int length = (int) (d.high() & 0xfffff & ((d.high() & DEXT) != 0 ? -1 : 0xffff));
                if (!DomainLayout.ARENA.contains(d.low(), length)) {
                    throw new AssertionError("transmit buffer outside the arena: " + d.low());
                }
                frame.writeBytes(memory.asSlice(d.low(), length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return ByteBuffer.wrap(frame.toByteArray());
    }
}
