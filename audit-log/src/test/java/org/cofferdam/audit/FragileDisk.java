package org.cofferdam.audit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.cofferdam.binding.NativeCallException;

/**
 * A disk that remembers what was not synced, and that can be slow, small and full. What is written goes to the real
 * directory, too, so that the log is found there.
 *
 * <p>{@link #cut} makes the directory as it may be found after the power was gone: of each file what was synced, and of
 * the writes behind that some whole, some in sectors, some not at all; of the names those that were synced, and the first
 * few of the changes behind that.
 */
final class FragileDisk implements SegmentStore {
    private static final int SECTOR = 512;
    private static final int ENOSPC = 28;

    private interface Change {
        byte[] apply(byte[] content, Random random);
    }

    private static final class Inode {
        byte[] synced = new byte[0];
        final List<Change> unsynced = new ArrayList<>();
    }

    private record Renaming(Path from, Path to) {}

    private final SegmentStore real;
    private final Path directory;
    private final Map<Path, Inode> names = new LinkedHashMap<>();
    private final Map<Path, Inode> syncedNames = new LinkedHashMap<>();

    /** From null: made; to null: removed. */
    private final List<Map.Entry<Renaming, Inode>> unsyncedNames = new ArrayList<>();

    private int operations;
    private IntConsumer beforeEach = n -> {};
    private volatile long syncNanos;
    private volatile long room = Long.MAX_VALUE;
    private volatile boolean deletes = true;

    FragileDisk(Path directory) {
        LogDirectory.prepare(directory);
        this.directory = directory;
        this.real = SegmentStore.real(directory);
    }

    /** Called with a number that goes up, before each thing that the log does to the disk, while nothing else happens. */
    synchronized void beforeEach(IntConsumer action) {
        beforeEach = action;
    }

    /** From now on a sync takes so long. */
    void syncTakes(long nanos) {
        syncNanos = nanos;
    }

    /** So many bytes can be reserved from now on; what is removed makes room again. */
    void room(long bytes) {
        room = bytes;
    }

    /** From now on nothing is removed: as if the process had been killed before. */
    void removeNothing() {
        deletes = false;
    }

    private synchronized void next() {
        beforeEach.accept(operations++);
    }

    private static NativeCallException noSpace() {
        return new NativeCallException("fallocate", ENOSPC, "the disk of the test is full");
    }

    @Override
    public synchronized StoredFile create(Path path, int mode) {
        next();
        Inode inode = new Inode();
        names.put(path, inode);
        unsyncedNames.add(Map.entry(new Renaming(NOWHERE, path), inode));
        return new FragileFile(inode, real.create(path, mode));
    }

    private static final Path NOWHERE = Path.of("/nowhere");

    @Override
    public synchronized void rename(Path from, Path to) {
        next();
        Inode inode = names.remove(from);
        names.put(to, inode);
        unsyncedNames.add(Map.entry(new Renaming(from, to), inode));
        real.rename(from, to);
    }

    @Override
    public synchronized void delete(Path path) {
        next();
        if (!deletes) {
            return;
        }
        Inode inode = names.remove(path);
        if (inode != null) {
            unsyncedNames.add(Map.entry(new Renaming(path, NOWHERE), inode));
        }
        try {
            room += room == Long.MAX_VALUE || !Files.exists(path) ? 0 : Files.size(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        real.delete(path);
    }

    @Override
    public void syncDirectory() {
        slow();
        synchronized (this) {
            next();
            unsyncedNames.forEach(change -> move(syncedNames, change));
            unsyncedNames.clear();
        }
    }

    private static void move(Map<Path, Inode> names, Map.Entry<Renaming, Inode> change) {
        names.remove(change.getKey().from());
        if (!change.getKey().to().equals(NOWHERE)) {
            names.put(change.getKey().to(), change.getValue());
        }
    }

    private void slow() {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < syncNanos) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        real.close();
    }

    /** Makes {@code image} what is found after the power was gone now. */
    synchronized void cut(Path image, Random random) {
        try {
            Files.createDirectory(
                    image,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Map<Path, Inode> there = new LinkedHashMap<>(syncedNames);
            int kept = unsyncedNames.isEmpty() ? 0 : random.nextInt(unsyncedNames.size() + 1);
            unsyncedNames.subList(0, kept).forEach(change -> move(there, change));
            for (Map.Entry<Path, Inode> file : there.entrySet()) {
                byte[] content = file.getValue().synced.clone();
                for (Change change : file.getValue().unsynced) {
                    if (random.nextInt(3) > 0) {
                        content = change.apply(content, random);
                    }
                }
                Files.write(image.resolve(file.getKey().getFileName()), content);
            }
            // Keys are written by other means, each whole and synced.
            try (Stream<Path> files = Files.list(directory)) {
                for (Path key : files.filter(f -> f.toString().contains("signing-key")).toList()) {
                    Files.copy(
                            key,
                            image.resolve(key.getFileName()),
                            StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private final class FragileFile implements StoredFile {
        private final Inode inode;
        private final StoredFile file;

        FragileFile(Inode inode, StoredFile file) {
            this.inode = inode;
            this.file = file;
        }

        @Override
        public void allocate(long length) {
            synchronized (FragileDisk.this) {
                next();
                if (length > room) {
                    throw noSpace();
                }
                room -= room == Long.MAX_VALUE ? 0 : length;
                file.allocate(length);
                inode.unsynced.add(
                        (content, random) ->
                                Arrays.copyOf(content, Math.max(content.length, (int) length)));
            }
        }

        @Override
        public void write(MemorySegment source, int length, long fileOffset) {
            synchronized (FragileDisk.this) {
                next();
                file.write(source, length, fileOffset);
                byte[] bytes = source.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
                inode.unsynced.add(
                        (content, random) -> written(content, bytes, (int) fileOffset, random));
            }
        }

        private byte[] written(byte[] old, byte[] bytes, int at, Random random) {
            byte[] content = Arrays.copyOf(old, Math.max(old.length, at + bytes.length));
            boolean torn = random.nextBoolean();
            for (int from = 0; from < bytes.length; ) {
                // Sectors of the file, of which the write may begin and end inside one.
                int to = Math.min(bytes.length, from + SECTOR - (at + from) % SECTOR);
                if (!torn || random.nextBoolean()) {
                    System.arraycopy(bytes, from, content, at + from, to - from);
                }
                from = to;
            }
            return content;
        }

        @Override
        public void truncate(long size) {
            synchronized (FragileDisk.this) {
                next();
                file.truncate(size);
                inode.unsynced.add((content, random) -> Arrays.copyOf(content, (int) size));
            }
        }

        @Override
        public void syncData() {
            int covered;
            synchronized (FragileDisk.this) {
                next();
                covered = inode.unsynced.size();
            }
            slow();
            synchronized (FragileDisk.this) {
                next();
                // A sync that came between has taken some of these already.
                Random whole =
                        new Random() {
                            private static final long serialVersionUID = 1L;

                            @Override
                            public boolean nextBoolean() {
                                return false;
                            }
                        };
                List<Change> now =
                        inode.unsynced.subList(0, Math.min(covered, inode.unsynced.size()));
                for (Change change : now) {
                    inode.synced = change.apply(inode.synced, whole);
                }
                now.clear();
            }
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
