package org.cofferdam.libos.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** Archives that the JDK wrote are read; broken ones are refused, and nothing beyond them is touched. */
final class ArchiveTest {
    private static byte[] archive(int entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setComment("a comment PK\5\6 that looks like an end");
            for (int i = 0; i < entries; i++) {
                byte[] content = content(i);
                ZipEntry entry = new ZipEntry("folder/" + i);
                if (i % 3 == 0) {
                    CRC32 crc = new CRC32();
                    crc.update(content);
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(content.length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(content);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] content(int i) {
        return ("content " + i + " ").repeat(i % 50).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Archive archive, int i) throws ZipException {
        ArchiveEntry entry = Objects.requireNonNull(archive.entry("folder/" + i));
        return ArchiveElement.bytes(archive.read(entry));
    }

    @Test
    void everyEntryIsReadAlsoBehindAScript() throws IOException {
        byte[] zip = archive(100);
        byte[] script = "#!/bin/sh\nexec java -jar \"$0\"\n".getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(script, script.length + zip.length);
        System.arraycopy(zip, 0, both, script.length, zip.length);
        for (byte[] file : new byte[][] {zip, both}) {
            Archive archive = new Archive("test.jar", MemorySegment.ofArray(file));
            assertEquals(100, archive.entries().size());
            for (int i = 0; i < 100; i++) {
                assertEquals(
                        new String(content(i), StandardCharsets.UTF_8),
                        new String(bytes(archive, i), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void moreEntriesThanSixteenBitsCanCountAreRead() throws IOException {
        Archive archive = new Archive("test.jar", MemorySegment.ofArray(archive(66_000)));
        assertEquals(66_000, archive.entries().size());
        assertEquals(content(65_999).length, bytes(archive, 65_999).length);
    }

    @Test
    void anArchiveThatIsCutOffAnywhereIsRefused() throws IOException {
        byte[] zip = archive(5);
        for (int length = 0; length < zip.length; length++) {
            MemorySegment cut = MemorySegment.ofArray(Arrays.copyOf(zip, length));
            ZipException told = assertThrows(ZipException.class, () -> new Archive("cut.jar", cut));
            assertTrue(String.valueOf(told.getMessage()).startsWith("cut.jar: "));
        }
    }

    @Test
    void changedBytesAreReadOrRefusedAndNoMore() throws IOException {
        byte[] zip = archive(8);
        SplittableRandom random = new SplittableRandom(4);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] changed = zip.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                // Mostly in the directory and the end, where the numbers are.
                int from = random.nextBoolean() ? 0 : zip.length * 2 / 3;
                changed[random.nextInt(from, zip.length)] = (byte) random.nextInt();
            }
            try {
                Archive archive = new Archive("changed.jar", MemorySegment.ofArray(changed));
                for (ArchiveEntry entry : archive.entries().values()) {
                    assertNotNull(archive.read(entry));
                    assertNotNull(entry.modified());
                }
            } catch (ZipException e) {
                refused++;
            }
        }
        assertTrue(refused > 5_000, refused + " refused");
    }
}
