package org.cofferdam.drivervm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image file is checked before a byte of it is used. */
class NanoImageTest {

    private static final int PH = ImageBytes.HEADER;

    private static String refusal(UnaryOperator<ImageBytes> change) {
        byte[] file = change.apply(ImageBytes.code("0f0b")).bytes();
        String message =
                assertThrows(BadImageException.class, () -> NanoImage.of(file)).getMessage();
        assertNotNull(message);
        return message;
    }

    @Test
    void theBundledImageHasCodeConstantsAndDataInTheirPlaces() {
        NanoImage image = NanoImage.bundled();

        assertEquals(DomainLayout.IMAGE.start(), image.entry());
        assertEquals(3, image.segments().size());
    }

    @Test
    void aSmallImageIsTaken() throws BadImageException {
        assertEquals(1, ImageBytes.code("0f0b").image().segments().size());
    }

    @Test
    void aFileThatIsNoImageIsRefusedWithASentence() {
        assertTrue(refusal(i -> i.u32(0, 0x1234)).contains("no ELF"));
        assertTrue(refusal(i -> i.u16(4, 1)).contains("64 bits"));
        assertTrue(refusal(i -> i.u16(16, 3)).contains("ET_EXEC"));
        assertTrue(refusal(i -> i.u16(18, 3)).contains("x86-64"));
        assertTrue(refusal(i -> i.u16(54, 32)).contains("size"));
        assertTrue(refusal(i -> i.u16(56, 0)).contains("program headers"));
        assertTrue(refusal(i -> i.u16(56, 17)).contains("program headers"));
        assertTrue(refusal(i -> i.u32(PH, 3)).contains("type 0x3"));
    }

    @Test
    void offsetsOutsideTheFileAreRefusedAlsoWhenTheirSumsOverflow() {
        assertTrue(refusal(i -> i.u64(32, 0x7fff_ffff_ffff_ffffL)).contains("outside the file"));
        assertTrue(refusal(i -> i.u64(32, -56)).contains("outside the file"));
        assertTrue(refusal(i -> i.u64(PH + 8, -1)).contains("outside the file"));
        assertTrue(refusal(i -> i.u64(PH + 8, Long.MAX_VALUE)).contains("outside the file"));
        assertTrue(refusal(i -> i.u64(PH + 32, 3)).contains("more bytes in the file"));
        assertTrue(refusal(i -> i.u64(PH + 32, -1)).contains("more bytes in the file"));
    }

    @Test
    void addressesOutsideTheImagesRegionsAreRefused() {
        assertTrue(refusal(i -> i.u64(PH + 16, 0x0010_0000)).contains("outside"));
        assertTrue(refusal(i -> i.u64(PH + 16, 0x0027_ffff)).contains("outside"));
        assertTrue(refusal(i -> i.u64(PH + 16, -1)).contains("outside"));
        assertTrue(refusal(i -> i.u64(PH + 40, Long.MAX_VALUE)).contains("outside"));
        assertTrue(refusal(i -> i.u32(PH + 4, 6)).contains("outside"));
        assertTrue(refusal(i -> i.u64(24, 0x0020_0002)).contains("entry"));
    }

    @Test
    void writableCodeIsRefused() {
        assertTrue(refusal(i -> i.u32(PH + 4, 7)).contains("permissions"));
    }

    @Test
    void anyFileIsTakenOrRefusedButNeverDoesHarm() {
        Random random = new Random(20260101);
        byte[] good = ImageBytes.code("0f0b").bytes();
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] file = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int flips = random.nextInt(4); flips > 0 && file.length > 0; flips--) {
                file[random.nextInt(Math.min(file.length, 120))] = (byte) random.nextInt();
            }
            try {
                NanoImage.of(file).segments().forEach(s -> assertTrue(s.memoryBytes() > 0));
            } catch (BadImageException e) {
                refused++;
            }
        }
        assertTrue(refused > 10_000);
    }

    @Test
    void anEndlessFileIsRefusedAfterItsFirstMegabytes(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("large.elf");
        Files.write(file, new byte[5 << 20]);
        assertThrows(BadImageException.class, () -> NanoImage.read(file));
    }
}
