package org.cofferdam.libos.net.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The fast sum against the one of RFC 1071 word by word, and SipHash against its authors' vector. */
class InternetChecksumTest {
    @Test
    void itIsTheSumWordByWordAtAnyLengthAndPlace() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 5000; round++) {
            byte[] bytes = new byte[200];
            random.nextBytes(bytes);
            if (round % 3 == 0) {
                java.util.Arrays.fill(bytes, (byte) 0xff);
            }
            int from = random.nextInt(20);
            int length = random.nextInt(180);
            MemorySegment memory = MemorySegment.ofArray(bytes);
            int expected = plain(bytes, from, length);
            assertEquals(
                    expected,
                    InternetChecksum.finish(InternetChecksum.add(0, memory, from, length)));
            int even = random.nextInt(length + 1) & ~1;
            long parts = InternetChecksum.add(0, memory, from, even);
            parts = InternetChecksum.add(parts, memory, from + even, length - even);
            assertEquals(expected, InternetChecksum.finish(parts));
        }
    }

    private static int plain(byte[] bytes, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            int b = bytes[from + i] & 0xff;
            sum += i % 2 == 0 ? b << 8 : b;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return ~sum & 0xffff;
    }

    @Test
    void anIpv4HeaderIsWrittenWithARightChecksum() {
        MemorySegment memory = MemorySegment.ofArray(new byte[20]);
        Ipv4.write(memory, 0, 1234, 77, Ipv4.DONT_FRAGMENT, 64, 6, 0x0a000001, 0xc0a80101);
        assertTrue(InternetChecksum.isRight(InternetChecksum.add(0, memory, 0, 20)));
    }

    @Test
    void sipHashIsThatOfItsAuthors() {
        // Key 00..0f, message 00..07, from the reference implementation's table of vectors.
        SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        assertEquals(0x93f5f5799a932462L, hash.begin().add(0x0706050403020100L).finish());
    }
}
