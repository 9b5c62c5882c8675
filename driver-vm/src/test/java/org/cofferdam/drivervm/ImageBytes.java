package org.cofferdam.drivervm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** Makes ELF files for tests: a few bytes of machine code in one segment, with any field open to change. */
final class ImageBytes {

    static final int HEADER = 64;
    static final int CODE_OFFSET = 0x1000;
    static final long CODE_ADDRESS = 0x0020_0000;

    private final ByteBuffer file;

    private ImageBytes(byte[] code) {
        file = ByteBuffer.allocate(CODE_OFFSET + code.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).put(6, (byte) 1);
        file.putShort(16, (short) 2).putShort(18, (short) 62).putInt(20, 1);
        file.putLong(24, CODE_ADDRESS).putLong(32, HEADER);
        file.putShort(52, (short) 64).putShort(54, (short) 56).putShort(56, (short) 1);
        file.putInt(HEADER, 1).putInt(HEADER + 4, 5).putLong(HEADER + 8, CODE_OFFSET);
        file.putLong(HEADER + 16, CODE_ADDRESS).putLong(HEADER + 24, CODE_ADDRESS);
        file.putLong(HEADER + 32, code.length).putLong(HEADER + 40, code.length);
        file.putLong(HEADER + 48, 0x1000);
        file.put(CODE_OFFSET, code);
    }

    /** An image whose first instruction is the first byte of {@code hex}. */
    static ImageBytes code(String hex) {
        return new ImageBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    ImageBytes u16(int offset, int value) {
        file.putShort(offset, (short) value);
        return this;
    }

    ImageBytes u32(int offset, int value) {
        file.putInt(offset, value);
        return this;
    }

    ImageBytes u64(int offset, long value) {
        file.putLong(offset, value);
        return this;
    }

    byte[] bytes() {
        return file.array().clone();
    }

    NanoImage image() throws BadImageException {
        return NanoImage.of(bytes());
    }
}
