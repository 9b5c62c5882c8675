package org.cofferdam.proxy.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InternetChecksumTest {
    private final SplittableRandom random = new SplittableRandom(7);

    @Test
    void everyLengthAndOffsetAgreesWithThePlainSum() {
        byte[] bytes = new byte[300];
        for (int round = 0; round < 20; round++) {
            random.nextBytes(bytes);
            for (int length = 0; length <= 200; length++) {
                int offset = random.nextInt(64);
                byte[] part = Arrays.copyOfRange(bytes, offset, offset + length);
                assertEquals(
                        ~TestFrame.plainSum(part, 0) & 0xffff,
                        InternetChecksum.finish(
                                InternetChecksum.sum(
                                        MemorySegment.ofArray(bytes), offset, length)));
            }
        }
    }

    @Test
    void allOnesDoNotLoseTheirCarries() {
        byte[] bytes = new byte[65_535];
        Arrays.fill(bytes, (byte) 0xff);
        assertEquals(
                TestFrame.plainSum(bytes, 0),
                InternetChecksum.fold(
                        InternetChecksum.sum(MemorySegment.ofArray(bytes), 0, bytes.length)));
    }

    @Test
    void aSumInPiecesIsTheSumOfTheWhole() {
        byte[] bytes = new byte[1501];
        random.nextBytes(bytes);
        MemorySegment memory = MemorySegment.ofArray(bytes);
        long pieces = InternetChecksum.sum(memory, 0, 34);
        pieces = InternetChecksum.sum(memory, 34, 1000, pieces);
        pieces = InternetChecksum.sum(memory, 1034, 467, pieces);
        assertEquals(TestFrame.plainSum(bytes, 0), InternetChecksum.fold(pieces));
    }

    @Test
    void theExampleOfRfc1071() {
        byte[] bytes = {
            0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7
        };
        assertEquals(
                0xddf2,
                InternetChecksum.fold(InternetChecksum.sum(MemorySegment.ofArray(bytes), 0, 8)));
    }

    @Test
    void completionGivesWhatTheSenderWouldHaveComputed() {
        for (TestFrame frame :
                new TestFrame[] {
                    TestFrame.tcp4(), TestFrame.tcp6(), TestFrame.udp4(), TestFrame.udp6()
                }) {
            for (int payload = 0; payload < 70; payload++) {
                byte[] partial = new byte[300];
                MemorySegment memory = MemorySegment.ofArray(partial);
                int length = frame.payload(payload, payload).partialChecksum().write(memory, 3);
                InternetChecksum.complete(
                        memory, 3, length, frame.transport(), frame.checksumOffset());
                assertTrue(TestFrame.checksumsRight(memory, 3, length));
            }
        }
    }

    @Test
    void aChecksumOfZeroIsStoredAsItsOtherForm() {
        byte[] bytes = new byte[22];
        bytes[14] = (byte) 0xff;
        bytes[15] = (byte) 0xff;
        MemorySegment memory = MemorySegment.ofArray(bytes);
        InternetChecksum.complete(memory, 0, 22, 14, 6);
        assertEquals(0xffff, Wire.u16(memory, 20));
    }
}
