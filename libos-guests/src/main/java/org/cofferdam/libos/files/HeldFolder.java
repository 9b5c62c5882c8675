package org.cofferdam.libos.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads files of the host into memory, outside the heap. */
public final class HeldFolder {
    private static final int MOST_BYTES_A_READ = 1 << 30;

    private HeldFolder() {}

    /**
     * Reads all files below a folder; links are followed, and a circle of links is an error.
     *
     * @param place absolute, where the program will find the folder
     */
    public static List<HeldFile> read(Path folder, String place) throws IOException {
        List<Path> found;
        try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            found = all.filter(Files::isRegularFile).sorted().toList();
        }
        String start = place.endsWith("/") ? place : place + "/";
        List<HeldFile> held = new ArrayList<>();
        for (Path each : found) {
            held.add(readFile(each, start + folder.relativize(each)));
        }
        return held;
    }

    /** Reads one file. It costs its size, and is freed when nobody refers to it. */
    public static HeldFile readFile(Path file, String place) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            MemorySegment memory = Arena.ofAuto().allocate(size, 8);
            for (long at = 0; at < size; ) {
                ByteBuffer part =
                        memory.asSlice(at, Math.min(size - at, MOST_BYTES_A_READ)).asByteBuffer();
                int n = channel.read(part, at);
                if (n <= 0) {
                    throw new IOException(file + " became shorter while it was read");
                }
                at += n;
            }
            return new HeldFile(place, memory, Files.getLastModifiedTime(file).toInstant());
        }
    }

    /** Shows a file without reading it, for files of the runtime itself, which nobody changes while it runs. */
    static HeldFile mapFile(Path file, String place) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            MemorySegment memory =
                    channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.global());
            return new HeldFile(place, memory, Files.getLastModifiedTime(file).toInstant());
        }
    }
}
