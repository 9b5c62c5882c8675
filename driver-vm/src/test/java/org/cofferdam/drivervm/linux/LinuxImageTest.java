package org.cofferdam.drivervm.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.cofferdam.drivervm.BadImageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A folder is an image only if each byte of it is what its list says. */
class LinuxImageTest {

    private static final List<String> FILES = List.of("vmlinuz", "vmlinux", "initramfs.cpio");
    private static final String SUM = "0123456789abcdef".repeat(4);

    @TempDir private Path folder = Path.of("set by JUnit");

    @BeforeEach
    void anImage() throws IOException {
        StringBuilder list =
                new StringBuilder("format 1\npackage linux-image-6.12.9+deb12-amd64\n");
        list.append("version 6.12.9-1~bpo12+1\nrelease 6.12.9+deb12-amd64\nkernel-end 63111168\n");
        for (String name : FILES) {
            byte[] bytes = ("what is in " + name).getBytes(StandardCharsets.UTF_8);
            Files.write(folder.resolve(name), bytes);
            list.append("file ").append(sum(bytes)).append(' ').append(name).append('\n');
        }
        list.append("module e1000e ").append(SUM).append(' ').append("f".repeat(64));
        list.append(" kernel/drivers/net/ethernet/intel/e1000e/e1000e.ko.xz\nmade 0123\n");
        Files.writeString(folder.resolve(ImageList.NAME), list);
    }

    private static String sum(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The sentence with which the folder is refused. */
    private String refusal() {
        String message =
                assertThrows(BadImageException.class, () -> LinuxImage.read(folder)).getMessage();
        assertNotNull(message);
        assertTrue(message.contains(folder.toString()), message);
        assertTrue(message.endsWith("; run ops/driver-image"), message);
        return message;
    }

    private String refusalOfList(String from, String to) throws IOException {
        Path path = folder.resolve(ImageList.NAME);
        String list = Files.readString(path);
        assertTrue(list.contains(from), from);
        Files.writeString(path, list.replace(from, to));
        String message = refusal();
        Files.writeString(path, list);
        return message;
    }

    @Test
    void anImageIsReadWithWhatItsListSays() throws IOException {
        LinuxImage image = LinuxImage.read(folder);

        assertEquals("linux-image-6.12.9+deb12-amd64", image.packageName());
        assertEquals("6.12.9-1~bpo12+1", image.version());
        assertEquals("6.12.9+deb12-amd64", image.release());
        assertEquals(0x3c3_0000, image.kernelEnd());
        assertEquals(
                List.of(
                        new LinuxImage.Module(
                                "e1000e",
                                SUM,
                                "f".repeat(64),
                                "kernel/drivers/net/ethernet/intel/e1000e/e1000e.ko.xz")),
                image.modules());
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("vmlinux")),
                image.vmlinux().toArray(ValueLayout.JAVA_BYTE));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("vmlinuz")),
                image.vmlinuz().toArray(ValueLayout.JAVA_BYTE));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("initramfs.cpio")),
                image.initramfs().toArray(ValueLayout.JAVA_BYTE));
        assertThrows(
                IllegalArgumentException.class,
                () -> image.vmlinux().set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
    }

    @Test
    void oneChangedByteInAnyFileIsNoticed() throws IOException {
        Random random = new Random(7);
        for (String name : FILES) {
            Path path = folder.resolve(name);
            byte[] bytes = Files.readAllBytes(path);
            byte[] changed = bytes.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(path, changed);
            String message = refusal();
            assertTrue(message.contains(path + " is not the file"), message);
            Files.write(path, bytes);
        }
    }

    @Test
    void aFileThatIsMissingEmptyOrNoFileIsNamed() throws IOException {
        Path path = folder.resolve("initramfs.cpio");
        Files.write(path, new byte[0]);
        assertTrue(refusal().contains(path + " has 0 bytes"));
        Files.delete(path);
        assertTrue(refusal().contains(path + " is missing"));
        Files.createDirectory(path);
        assertTrue(refusal().contains(path + " is not a regular file"));
        Files.delete(folder.resolve(ImageList.NAME));
        assertTrue(refusal().contains(ImageList.NAME + " is missing"));
    }

    @Test
    void filesOfAbsurdSizeAreRefusedBeforeTheyAreRead() throws IOException {
        for (String name : List.of("vmlinux", ImageList.NAME)) {
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
                file.setLength(1L << 40); // holes: it takes no room on the disk
            }
            assertTrue(refusal().contains(name + " has 1099511627776 bytes"));
        }
    }

    @Test
    void aListThatSaysTooLittleOrTwoThingsIsRefused() throws IOException {
        assertTrue(refusalOfList("format 1", "format 2").contains("another format"));
        assertTrue(refusalOfList("format 1\n", "").contains("another format"));
        assertTrue(refusalOfList("release ", "remark ").contains("no line release"));
        assertTrue(refusalOfList("kernel-end 6", "kernel-end 666").contains("wrong line"));
        assertTrue(refusalOfList("kernel-end ", "kernel-end -").contains("wrong line"));
        assertTrue(refusalOfList("made 0123", "version 9").contains("wrong line"));
        assertTrue(refusalOfList("made 0123", "file " + SUM + " vmlinux").contains("wrong line"));
        assertTrue(refusalOfList("made 0123", "module e1000e " + SUM).contains("wrong line"));
        assertTrue(refusalOfList(SUM, SUM.toUpperCase(Locale.ROOT)).contains("wrong line"));
        assertTrue(refusalOfList(" vmlinuz", " vmlinuy").contains("does not list vmlinuz"));
        assertTrue(refusalOfList("package linux", "package \u001b[2Jlinux").contains("wrong line"));
    }

    @Test
    void aListOfAnyBytesIsRefusedWithASentence() throws IOException {
        Path path = folder.resolve(ImageList.NAME);
        byte[] good = Files.readAllBytes(path);
        Random random = new Random(11);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = good.clone();
            // Up to the last sum of a file each byte counts, but for a line's first word and its
            // end: so cut there.
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(300));
            for (int i = 0; i < cut.length / 20; i++) {
                cut[random.nextInt(cut.length)] = (byte) random.nextInt();
            }
            Files.write(path, cut);
            refusal();
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "COFFERDAM_LINUX_IMAGE", matches = ".+")
    void anImageOfDriverImageIsRead() throws IOException {
        LinuxImage image = LinuxImage.read(Path.of(System.getenv("COFFERDAM_LINUX_IMAGE")));

        assertEquals(0x464c457f, image.vmlinux().get(ValueLayout.JAVA_INT, 0), "an ELF file");
        assertEquals(
                0x53726448,
                image.vmlinuz().get(ValueLayout.JAVA_INT_UNALIGNED, 0x202),
                "HdrS, as in boot.rst");
        assertTrue(image.modules().stream().anyMatch(module -> module.name().equals("virtio_net")));
    }
}
