package org.cofferdam.audit.sign;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.Bytes;

/** The bytes that are signed; FORMAT.md draws them. Each begins with what it is, so that none passes for another. */
public final class SignedText {
    private static final byte[] CHECKPOINT =
            "cofferdam checkpoint\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEY = "cofferdam log key\n".getBytes(StandardCharsets.US_ASCII);

    private SignedText() {}

    /** What a checkpoint signs: the log's identity, the block's number and its hash, little-endian. */
    public static byte[] checkpoint(long logIdHigh, long logIdLow, long block, BlockHash hash) {
        byte[] text = new byte[CHECKPOINT.length + 16 + 8 + 32];
        MemorySegment m = MemorySegment.ofArray(text);
        int at = begin(text, CHECKPOINT, logIdHigh, logIdLow);
        Bytes.u64(m, at, block);
        hash.put(m, at + 8L);
        return text;
    }

    /** What a key signs of its successor: the log's identity and the new key's 32 bytes. */
    public static byte[] successor(long logIdHigh, long logIdLow, LogKey key) {
        byte[] text = new byte[KEY.length + 16 + LogKey.BYTES];
        int at = begin(text, KEY, logIdHigh, logIdLow);
        System.arraycopy(key.raw(), 0, text, at, LogKey.BYTES);
        return text;
    }

    private static int begin(byte[] text, byte[] name, long logIdHigh, long logIdLow) {
        System.arraycopy(name, 0, text, 0, name.length);
        MemorySegment m = MemorySegment.ofArray(text);
        Bytes.u64(m, name.length, logIdHigh);
        Bytes.u64(m, name.length + 8L, logIdLow);
        return name.length + 16;
    }
}
