package org.cofferdam.drivervm.linux;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** Makes kernel-like files for tests, of a few bytes of machine code, with any field open to change. */
final class KernelBytes {
    static final long ADDRESS = 0x0100_0000;

    // Places in the ELF file
    static final int LOAD = 64;
    static final int NOTE = LOAD + 56;
    static final int NOTE_BYTES = 0x200;
    static final int CODE = 0x1000;

    // Places in the bzImage
    static final int SETUP_BYTES = 5 * 512;

    private final ByteBuffer file;

    private KernelBytes(int bytes) {
        file = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A vmlinux whose PVH entry is the first byte of {@code hex}, with 64 KiB of memory. */
    static KernelBytes vmlinux(String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        KernelBytes k = new KernelBytes(CODE + code.length);
        k.u32(0, 0x464c457f).u8(4, 2).u8(5, 1).u8(6, 1);
        k.u16(16, 2).u16(18, 62).u32(20, 1).u64(24, ADDRESS).u64(32, LOAD);
        k.u16(52, 64).u16(54, 56).u16(56, 2);
        k.u32(LOAD, 1).u32(LOAD + 4, 5).u64(LOAD + 8, CODE);
        k.u64(LOAD + 16, 0xffff_ffff_8100_0000L).u64(LOAD + 24, ADDRESS);
        k.u64(LOAD + 32, code.length).u64(LOAD + 40, 0x10000);
        k.u32(NOTE, 4).u32(NOTE + 4, 4).u64(NOTE + 8, NOTE_BYTES).u64(NOTE + 32, 44);
        k.u32(NOTE_BYTES, 4)
                .u32(NOTE_BYTES + 4, 5)
                .u32(NOTE_BYTES + 8, 6)
                .u32(NOTE_BYTES + 12, 0x6e6558);
        int entry = NOTE_BYTES + 24;
        k.u32(entry, 4).u32(entry + 4, 4).u32(entry + 8, 18).u32(entry + 12, 0x6e6558);
        k.u32(entry + 16, (int) ADDRESS);
        k.file.put(CODE, code);
        return k;
    }

    /** A bzImage whose 64-bit entry is the first byte of {@code hex}, with an init_size of 1 MiB. */
    static KernelBytes bzImage(String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        KernelBytes k = new KernelBytes(SETUP_BYTES + 0x400);
        k.u8(0x1f1, 4).u32(0x1f4, 0x40).u16(0x1fe, 0xaa55);
        k.u8(0x200, 0xeb).u8(0x201, 0x6a).u32(0x202, 0x53726448).u16(0x206, 0x20f);
        k.u8(0x211, 1).u32(0x22c, 0x7fffffff).u32(0x230, 0x200000).u8(0x234, 1);
        k.u16(0x236, 0x7f).u32(0x238, 2047).u64(0x258, ADDRESS).u32(0x260, 0x100000);
        k.file.put(SETUP_BYTES + 0x200, code);
        return k;
    }

    KernelBytes u8(int offset, int value) {
        file.put(offset, (byte) value);
        return this;
    }

    KernelBytes u16(int offset, int value) {
        file.putShort(offset, (short) value);
        return this;
    }

    KernelBytes u32(int offset, int value) {
        file.putInt(offset, value);
        return this;
    }

    KernelBytes u64(int offset, long value) {
        file.putLong(offset, value);
        return this;
    }

    byte[] bytes() {
        return file.array().clone();
    }

    MemorySegment segment() {
        return MemorySegment.ofArray(bytes());
    }
}
