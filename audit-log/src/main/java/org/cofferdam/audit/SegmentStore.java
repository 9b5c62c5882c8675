package org.cofferdam.audit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.file.NativeFile;

/**
 * What the writer asks of the file system: the place where tests take its power away, slow it down or fill it. What is
 * not synced may be lost, in any part and order; a name is on the device when its directory was synced after it.
 */
interface SegmentStore extends AutoCloseable {
    /** A file that is being written. One thread, but for {@link #syncData}. */
    interface StoredFile extends AutoCloseable {
        /** Reserves space; ENOSPC if there is none. */
        void allocate(long length);

        /** Writes all of a native segment's first {@code length} bytes. */
        void write(MemorySegment source, int length, long fileOffset);

        /** Cuts the file. */
        void truncate(long size);

        /** Returns when what was written is on the device. */
        void syncData();

        @Override
        void close();
    }

    /** Makes a file that is not there. */
    StoredFile create(Path path, int mode);

    /** Gives a file another name. */
    void rename(Path from, Path to);

    /** Removes a file if it is there. */
    void delete(Path path);

    /** Returns when all names of the log's directory are on the device. */
    void syncDirectory();

    @Override
    void close();

    /** The real file system; its directory stays open, so that it can be synced by a process that may open no more. */
    static SegmentStore real(Path directory) {
        return new RealStore(NativeFile.open(directory, false));
    }

    /** {@link #real}. */
    final class RealStore implements SegmentStore {
        private static final int EIO = 5;

        private final NativeFile directory;

        RealStore(NativeFile directory) {
            this.directory = directory;
        }

        @Override
        public StoredFile create(Path path, int mode) {
            return new RealFile(NativeFile.create(path, mode));
        }

        @Override
        public void rename(Path from, Path to) {
            try {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw new NativeCallException("rename", EIO, to + ": " + e);
            }
        }

        @Override
        public void delete(Path path) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new NativeCallException("unlink", EIO, path + ": " + e);
            }
        }

        @Override
        public void syncDirectory() {
            directory.syncAll();
        }

        @Override
        public void close() {
            directory.close();
        }
    }

    /** A file of {@link RealStore}. */
    record RealFile(NativeFile file) implements StoredFile {
        @Override
        public void allocate(long length) {
            file.allocate(0, length);
        }

        @Override
        public void write(MemorySegment source, int length, long fileOffset) {
            file.write(source, 0, length, fileOffset);
        }

        @Override
        public void truncate(long size) {
            file.truncate(size);
        }

        @Override
        public void syncData() {
            file.syncData();
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
