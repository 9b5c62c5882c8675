package org.cofferdam.libos.javaio;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code java.io} calls in a patched {@code java.base} where it would call the kernel: the same by the default file
 * system. Each method stands for the native one of its name; see {@link JavaBasePatch}. Any thread.
 *
 * <p>In the patch this is the class {@code java.io.GuestCalls}. Until it is activated, everything goes to the kernel as
 * ever. {@link #active} and {@link #mine} run while the JVM starts, so they do nothing that needs a running one.
 */
public final class GuestCalls {
    private static final int READ_WRITE = 2; // RandomAccessFile's modes
    private static final int SYNC = 4;
    private static final int DATA_SYNC = 8;

    private static volatile boolean active;

    private GuestCalls() {}

    /** Open files; one that the program forgets goes with its descriptor. */
    private static final class Open {
        static final Map<FileDescriptor, FileChannel> FILES =
                Collections.synchronizedMap(new WeakHashMap<>());
    }

    /** From now on files are the default file system's. */
    public static void activate() {
        active = true;
    }

    /** Whether files are the default file system's. */
    public static boolean active() {
        return active;
    }

    /** Whether the descriptor is one of ours, and not the kernel's. */
    public static boolean mine(FileDescriptor fd) {
        return active && Open.FILES.containsKey(fd);
    }

    /** The channel of such a one. */
    public static FileChannel channel(FileDescriptor fd) {
        FileChannel channel = Open.FILES.get(fd);
        if (channel == null) {
            throw new IllegalStateException("closed");
        }
        return channel;
    }

    /** The stream over it is closed. */
    public static void closed(FileDescriptor fd) throws IOException {
        FileChannel channel = active ? Open.FILES.remove(fd) : null;
        if (channel != null) {
            channel.close();
        }
    }

    private static Path path(String text) {
        return FileSystems.getDefault().getPath(text);
    }

    private static Path path(File file) {
        return path(file.getPath());
    }

    private static void open(FileDescriptor fd, String name, OpenOption... options)
            throws FileNotFoundException {
        try {
            Path path = path(name);
            if (Files.isDirectory(path)) {
                throw new FileNotFoundException(name + " (Is a directory)");
            }
            Open.FILES.put(fd, FileChannel.open(path, options));
        } catch (NoSuchFileException e) {
            throw new FileNotFoundException(name + " (No such file or directory)");
        } catch (FileSystemException e) {
            String reason = e.getReason();
            throw new FileNotFoundException(
                    name + " (" + (reason == null ? "Permission denied" : reason) + ")");
        } catch (FileNotFoundException e) {
            throw e;
        } catch (IOException | InvalidPathException e) {
            throw new FileNotFoundException(name + " (" + e.getMessage() + ")");
        }
    }

    // FileInputStream

    public static void open0(FileDescriptor fd, String name) throws FileNotFoundException {
        open(fd, name, StandardOpenOption.READ);
    }

    public static int read0(FileDescriptor fd) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        return channel(fd).read(one) < 0 ? -1 : Byte.toUnsignedInt(one.get(0));
    }

    public static int readBytes(FileDescriptor fd, byte[] to, int offset, int length)
            throws IOException {
        return length == 0 ? 0 : channel(fd).read(ByteBuffer.wrap(to, offset, length));
    }

    public static long length0(FileDescriptor fd) throws IOException {
        return channel(fd).size();
    }

    public static long position0(FileDescriptor fd) throws IOException {
        return channel(fd).position();
    }

    public static long skip0(FileDescriptor fd, long bytes) throws IOException {
        FileChannel channel = channel(fd);
        long before = channel.position();
        if (before + bytes < 0) {
            throw new IOException("Invalid argument");
        }
        channel.position(before + bytes);
        return bytes;
    }

    public static int available0(FileDescriptor fd) throws IOException {
        FileChannel channel = channel(fd);
        return Math.clamp(channel.size() - channel.position(), 0, Integer.MAX_VALUE);
    }

    public static boolean isRegularFile0(FileDescriptor fd, FileDescriptor same) {
        return true;
    }

    // FileOutputStream

    public static void open0(FileDescriptor fd, String name, boolean append)
            throws FileNotFoundException {
        open(
                fd,
                name,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    }

    public static void write(FileDescriptor fd, int b, boolean append) throws IOException {
        writeBytes0(fd, new byte[] {(byte) b}, 0, 1);
    }

    public static void writeBytes(
            FileDescriptor fd, byte[] from, int offset, int length, boolean append)
            throws IOException {
        writeBytes0(fd, from, offset, length);
    }

    // RandomAccessFile

    public static void open0(FileDescriptor fd, String name, int mode)
            throws FileNotFoundException {
        Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ));
        if ((mode & READ_WRITE) != 0) {
            options.add(StandardOpenOption.WRITE);
            options.add(StandardOpenOption.CREATE);
        }
        if ((mode & SYNC) != 0) {
            options.add(StandardOpenOption.SYNC);
        }
        if ((mode & DATA_SYNC) != 0) {
            options.add(StandardOpenOption.DSYNC);
        }
        open(fd, name, options.toArray(new OpenOption[0]));
    }

    public static int readBytes0(FileDescriptor fd, byte[] to, int offset, int length)
            throws IOException {
        return readBytes(fd, to, offset, length);
    }

    public static void write0(FileDescriptor fd, int b) throws IOException {
        write(fd, b, false);
    }

    public static void writeBytes0(FileDescriptor fd, byte[] from, int offset, int length)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
        FileChannel channel = channel(fd);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    public static void seek0(FileDescriptor fd, long position) throws IOException {
        channel(fd).position(position);
    }

    public static void setLength0(FileDescriptor fd, long length) throws IOException {
        FileChannel channel = channel(fd);
        long position = channel.position();
        if (length < channel.size()) {
            channel.truncate(length);
        } else if (length > channel.size()) {
            channel.write(ByteBuffer.allocate(1), length - 1);
        }
        channel.position(Math.min(position, length));
    }

    // FileDescriptor

    public static void sync0(FileDescriptor fd) throws IOException {
        channel(fd).force(true);
    }

    // UnixFileSystem: failures are false, null or 0, as java.io.File has them

    public static String canonicalize0(String name) {
        return path(name).toAbsolutePath().normalize().toString();
    }

    public static int getBooleanAttributes0(File file) {
        BasicFileAttributes of = attributes(file);
        return of == null ? 0 : 1 | (of.isRegularFile() ? 2 : 0) | (of.isDirectory() ? 4 : 0);
    }

    private static @Nullable BasicFileAttributes attributes(File file) {
        try {
            return Files.readAttributes(path(file), BasicFileAttributes.class);
        } catch (IOException | InvalidPathException notThere) {
            return null;
        }
    }

    public static boolean checkAccess0(File file, int access) {
        AccessMode[] modes = {AccessMode.EXECUTE, AccessMode.WRITE, AccessMode.READ};
        try {
            for (int i = 0; i < modes.length; i++) {
                if ((access & 1 << i) != 0) {
                    Path path = path(file);
                    path.getFileSystem().provider().checkAccess(path, modes[i]);
                }
            }
            return true;
        } catch (IOException | InvalidPathException no) {
            return false;
        }
    }

    public static long getLastModifiedTime0(File file) {
        BasicFileAttributes of = attributes(file);
        return of == null ? 0 : of.lastModifiedTime().toMillis();
    }

    public static long getLength0(File file) {
        BasicFileAttributes of = attributes(file);
        return of == null ? 0 : of.size();
    }

    public static boolean setPermission0(File file, int access, boolean enable, boolean ownerOnly) {
        return checkAccess0(file, access) == enable;
    }

    public static boolean createFileExclusively0(String name) throws IOException {
        try {
            Files.createFile(path(name));
            return true;
        } catch (FileAlreadyExistsException there) {
            return false;
        } catch (NoSuchFileException e) {
            throw new IOException("No such file or directory", e);
        } catch (FileSystemException e) {
            throw new IOException(e.getReason(), e);
        }
    }

    private interface Attempt {
        void make() throws IOException;
    }

    private static boolean done(Attempt attempt) {
        try {
            attempt.make();
            return true;
        } catch (IOException | InvalidPathException no) {
            return false;
        }
    }

    public static boolean delete0(File file) {
        return done(() -> Files.delete(path(file)));
    }

    public static String @Nullable [] list0(File file) {
        try (var all = Files.list(path(file))) {
            return all.map(p -> String.valueOf(p.getFileName())).toArray(String[]::new);
        } catch (IOException | InvalidPathException no) {
            return null;
        }
    }

    public static boolean createDirectory0(File file) {
        return done(() -> Files.createDirectory(path(file)));
    }

    public static boolean rename0(File from, File to) {
        return done(() -> Files.move(path(from), path(to), StandardCopyOption.REPLACE_EXISTING));
    }

    public static boolean setLastModifiedTime0(File file, long time) {
        return done(() -> Files.setLastModifiedTime(path(file), FileTime.fromMillis(time)));
    }

    public static boolean setReadOnly0(File file) {
        return false;
    }

    public static long getSpace0(File file, int which) {
        try {
            FileStore store = Files.getFileStore(path(file));
            return switch (which) {
                case 0 -> store.getTotalSpace();
                case 1 -> store.getUnallocatedSpace();
                default -> store.getUsableSpace();
            };
        } catch (IOException | InvalidPathException no) {
            return 0;
        }
    }

    public static long getNameMax0(String name) {
        return 255;
    }

    // java.util.zip.ZipFile, which asks the host's file system for a file's attributes

    public static <A extends BasicFileAttributes> A readAttributes(
            Path path, Class<A> type, LinkOption... options) throws IOException {
        return Files.readAttributes(active ? path(path.toString()) : path, type, options);
    }
}
