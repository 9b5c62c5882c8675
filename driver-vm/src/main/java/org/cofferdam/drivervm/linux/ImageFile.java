package org.cofferdam.drivervm.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.drivervm.BadImageException;

/**
 * One file of an image, read once into memory of its own, so that what was checked is what is used.
 *
 * @param bytes outside the Java heap, read-only, for as long as the process lives
 */
record ImageFile(MemorySegment bytes) {

    /** What mends whatever is wrong with a folder. */
    private static final String REMEDY = "; run ops/driver-image";

    /**
     * Reads a file of the folder.
     *
     * @throws BadImageException if there is none, or it is empty, no regular file or longer than limit bytes
     */
    static ImageFile read(Path folder, String name, long limit) throws IOException {
        Path path = folder.resolve(name);
        // A pipe would wait for a writer. The channel is of whatever lies there a moment later,
        // which is bounded anyway.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw bad(folder, name, "is not a regular file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size <= 0 || size > limit) {
                throw bad(
                        folder,
                        name,
                        "has " + size + " bytes, where 1 to " + limit + " are possible");
            }
            // Not the JVM's direct memory, whose limit is the heap's: a kernel is larger than the
            // monitor.
            SharedMemory memory = SharedMemory.create(name, (size + 4095) & -4096);
            MemorySegment bytes = memory.segment().asSlice(0, size);
            ByteBuffer rest = bytes.asByteBuffer();
            while (rest.hasRemaining() && channel.read(rest) >= 0) {
                // Reads of files may be short.
            }
            if (rest.hasRemaining()) {
                throw bad(folder, name, "became shorter while it was read");
            }
            return new ImageFile(bytes.asReadOnly());
        } catch (NoSuchFileException e) {
            throw bad(folder, name, "is missing");
        }
    }

    static BadImageException bad(Path folder, String name, String what) {
        return new BadImageException(
                "the Linux image's file " + folder.resolve(name) + " " + what + REMEDY);
    }

    String text() {
        return StandardCharsets.UTF_8.decode(bytes.asByteBuffer()).toString();
    }

    /** 64 hexadecimal digits in lower case. */
    String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes.asByteBuffer());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK has SHA-256", e);
        }
    }
}
