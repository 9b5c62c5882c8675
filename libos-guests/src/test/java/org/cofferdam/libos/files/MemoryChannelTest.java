package org.cofferdam.libos.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A channel to a file in memory is a FileChannel as the JDK's is: the same random work gives the same bytes. */
final class MemoryChannelTest {
    private final GuestTree tree = new GuestTree("8m");

    private FileChannel open(String name, OpenOption... options) throws IOException {
        return FileChannel.open(tree.path("/tmp", name), options);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void randomWorkGivesTheSameAsOnTheHost(@TempDir Path folder) throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (boolean append : new boolean[] {false, true}) {
            OpenOption[] options =
                    append
                            ? new OpenOption[] {
                                StandardOpenOption.CREATE, StandardOpenOption.APPEND
                            }
                            : new OpenOption[] {
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE
                            };
            Path host = folder.resolve("f" + append);
            Path guest = tree.path("/tmp/f" + append);
            try (FileChannel one = FileChannel.open(host, options);
                    FileChannel other = FileChannel.open(guest, options)) {
                for (int i = 0; i < 3_000; i++) {
                    long seed = random.nextLong();
                    assertEquals(work(one, seed, append), work(other, seed, append), "step " + i);
                }
            }
            assertArrayEquals(Files.readAllBytes(host), Files.readAllBytes(guest));
        }
    }

    private static String work(FileChannel channel, long seed, boolean append) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] some = new byte[random.nextInt(9_000)];
        random.nextBytes(some);
        long place = random.nextLong(300_000);
        long done =
                switch (random.nextInt(append ? 5 : 9)) {
                    case 0 -> channel.write(ByteBuffer.wrap(some));
                    case 1 -> channel.write(ByteBuffer.wrap(some), place);
                    case 2 ->
                            channel.write(
                                    new ByteBuffer[] {
                                        ByteBuffer.wrap(some), ByteBuffer.allocate(0), bytes("end")
                                    });
                    case 3 -> channel.truncate(place).size();
                    case 4 ->
                            channel.transferFrom(
                                    Channels.newChannel(new java.io.ByteArrayInputStream(some)),
                                    Math.min(place, channel.size()),
                                    some.length);
                    case 5 -> channel.position(place).position();
                    case 6 -> {
                        ByteBuffer to = ByteBuffer.allocate(some.length);
                        yield channel.read(to, place) * 31L + to.flip().hashCode();
                    }
                    case 7 -> {
                        ByteBuffer[] to = {
                            ByteBuffer.allocate(some.length), ByteBuffer.allocate(5)
                        };
                        yield channel.read(to) * 31L
                                + to[0].flip().hashCode()
                                + to[1].flip().hashCode();
                    }
                    default -> {
                        ByteArrayOutputStream to = new ByteArrayOutputStream();
                        yield channel.transferTo(place, some.length, Channels.newChannel(to)) * 31
                                + Arrays.hashCode(to.toByteArray());
                    }
                };
        return done + " " + channel.size() + " " + channel.position();
    }

    @Test
    void aHoleReadsAsZerosAndCostsNothing() throws IOException {
        long before = tree.left();
        try (FileChannel channel =
                open("sparse", StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(bytes("x"), 100_000_000);
            assertEquals(4096, before - tree.left());
            assertThrows(IOException.class, () -> channel.write(bytes("x"), Long.MAX_VALUE - 5));
            assertThrows(IOException.class, () -> channel.write(bytes("x"), 1L << 40));
        }
        try (FileChannel channel = open("sparse")) {
            ByteBuffer to = ByteBuffer.allocate(10);
            channel.read(to, 99_999_995);
            assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 'x', 0, 0, 0, 0}, to.array());
        }
    }

    @Test
    void manyThreadsAppendWithoutLoss() throws Exception {
        int threads = 8;
        int lines = 2_000;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String line = "line of thread " + t + "\n";
                all.add(
                        pool.submit(
                                () -> {
                                    for (int i = 0; i < lines; i++) {
                                        Files.writeString(
                                                tree.path("/tmp/log"),
                                                line,
                                                StandardOpenOption.CREATE,
                                                StandardOpenOption.APPEND);
                                    }
                                    return true;
                                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        List<String> written = Files.readAllLines(tree.path("/tmp/log"));
        assertEquals(threads * lines, written.size());
        assertEquals(threads, written.stream().distinct().count());
    }

    @Test
    void writersAtTheirOwnPlacesDoNotDisturbEachOther() throws Exception {
        int threads = 6;
        int each = 50_000;
        try (FileChannel channel =
                        open(
                                "parts",
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE);
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                byte mark = (byte) (t + 1);
                long start = (long) t * each;
                all.add(
                        pool.submit(
                                () -> {
                                    byte[] some = new byte[313];
                                    Arrays.fill(some, mark);
                                    for (long at = 0; at < each; at += some.length) {
                                        int length = (int) Math.min(some.length, each - at);
                                        channel.write(ByteBuffer.wrap(some, 0, length), start + at);
                                    }
                                    return true;
                                }));
            }
            for (Future<?> f : all) {
                f.get();
            }
            byte[] bytes = Files.readAllBytes(tree.path("/tmp/parts"));
            assertEquals(threads * each, bytes.length);
            for (int i = 0; i < bytes.length; i++) {
                assertEquals(i / each + 1, bytes[i]);
            }
        }
    }

    @Test
    void aMappingIsAPrivateCopyAndWritesThroughNowhere() throws IOException {
        Files.writeString(tree.path("/tmp/m"), "0123456789");
        tree.show("/app/held", "image bytes");
        try (FileChannel channel = open("m", StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel held = FileChannel.open(tree.path("/app/held"));
                Arena arena = Arena.ofConfined()) {
            MappedByteBuffer copy = channel.map(MapMode.PRIVATE, 2, 5);
            copy.put(0, (byte) 'x');
            copy.force();
            assertEquals("0123456789", Files.readString(tree.path("/tmp/m")));
            assertEquals('2', channel.map(MapMode.READ_ONLY, 2, 5).get(0));
            assertTrue(channel.map(MapMode.READ_ONLY, 2, 5).isReadOnly());
            assertEquals('6', held.map(MapMode.READ_ONLY, 0, 11).get(0) - 'i' + '6');
            assertEquals(
                    'm', held.map(MapMode.READ_ONLY, 1, 3, arena).get(ValueLayout.JAVA_BYTE, 0));
            UnsupportedOperationException told =
                    assertThrows(
                            UnsupportedOperationException.class,
                            () -> channel.map(MapMode.READ_WRITE, 0, 1));
            assertTrue(
                    told.toString()
                            .contains(
                                    "a guest's files are mapped READ_ONLY or PRIVATE, not READ_WRITE"));
        }
    }

    @Test
    void locksOfOneProcessOverlapAndEndWithTheirChannel() throws IOException {
        FileChannel one = open("lock", StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try (FileChannel other = open("lock", StandardOpenOption.WRITE)) {
            FileLock lock = one.lock();
            assertTrue(lock.isValid());
            assertThrows(OverlappingFileLockException.class, other::tryLock);
            lock.release();
            FileLock part = one.lock(0, 10, false);
            other.lock(10, 5, false).release();
            one.close();
            assertFalse(part.isValid());
            other.lock().release();
        }
    }

    @Test
    void aChannelDoesOnlyWhatItWasOpenedFor() throws IOException {
        FileChannel closed;
        try (FileChannel write = open("a", StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileChannel read = open("a", StandardOpenOption.READ)) {
            assertThrows(
                    NonReadableChannelException.class, () -> write.read(ByteBuffer.allocate(1)));
            assertThrows(NonWritableChannelException.class, () -> read.write(bytes("x")));
            assertThrows(NonWritableChannelException.class, () -> read.truncate(0));
            assertThrows(IllegalArgumentException.class, () -> read.position(-1));
            assertThrows(
                    IllegalArgumentException.class, () -> read.read(ByteBuffer.allocate(1), -1));
            closed = read;
        }
        assertThrows(ClosedChannelException.class, () -> closed.read(ByteBuffer.allocate(1)));
        assertThrows(ClosedChannelException.class, closed::size);
        try (FileChannel gone =
                open("a", StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            gone.write(bytes("x"));
        }
        assertFalse(Files.exists(tree.path("/tmp/a")));
    }
}
