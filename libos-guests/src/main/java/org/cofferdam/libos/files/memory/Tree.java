package org.cofferdam.libos.files.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.cofferdam.libos.files.HeldFile;
import org.cofferdam.libos.files.memory.Node.Door;
import org.cofferdam.libos.files.memory.Node.File;
import org.cofferdam.libos.files.memory.Node.Folder;
import org.cofferdam.libos.files.path.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * The guest's tree: folders, files, devices, and doors to what lies elsewhere. Any thread; each call is atomic towards
 * the others.
 *
 * <p>There are no links, so a folder has one way to it, and {@code ..} is the folder before. What is in the image stays;
 * names are added and removed below writable folders only, and never more than the memory has pages.
 */
public final class Tree {
    private static final int MOST_NAME_BYTES = 255; // NAME_MAX and PATH_MAX, linux/limits.h
    private static final int MOST_PATH_BYTES = 4096;

    private final ReentrantLock lock = new ReentrantLock();
    private final Folder root = new Folder(FileTime.from(Instant.now()), false);
    private final Pages pages;
    private long names;

    /** An empty tree with the devices; its files are made of these pages. */
    public Tree(Pages pages) {
        this.pages = pages;
        FileTime now = root.created();
        Folder dev = new Folder(now, false);
        root.children.put("dev", dev);
        dev.children.put("null", new File(now, DeviceContent.NULL));
        dev.children.put("zero", new File(now, DeviceContent.ZERO));
        dev.children.put("random", new File(now, DeviceContent.RANDOM));
        dev.children.put("urandom", new File(now, DeviceContent.RANDOM));
    }

    /**
     * Where a path leads.
     *
     * @param parent the folder that has it, or would have it
     * @param node what is there; null: nothing
     * @param rest behind a door, the names that are left
     */
    public record Found(Folder parent, String name, @Nullable Node node, List<String> rest) {}

    /** Looks an absolute path up. */
    public Found find(GuestPath path) throws FileSystemException {
        lock.lock();
        try {
            return findLocked(path);
        } finally {
            lock.unlock();
        }
    }

    private Found findLocked(GuestPath path) throws FileSystemException {
        checkLength(path);
        List<Node> way = new ArrayList<>(List.of(root));
        List<String> rest = new ArrayList<>();
        String last = "";
        List<String> all = path.names();
        for (int i = 0; i < all.size(); i++) {
            String name = all.get(i);
            Node at = way.getLast();
            if (at instanceof File) {
                throw new FileSystemException(path.toString(), null, "Not a directory");
            }
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                if (!rest.isEmpty()) {
                    rest.removeLast();
                } else if (way.size() > 1) {
                    way.removeLast();
                }
                continue;
            }
            if (at instanceof Folder folder) {
                Node child = folder.children.get(name);
                if (child == null) {
                    if (i < all.size() - 1) {
                        throw new NoSuchFileException(path.toString());
                    }
                    return new Found(folder, name, null, List.of());
                }
                way.add(child);
                last = name;
            } else {
                rest.add(name);
            }
        }
        Node node = way.getLast();
        Folder parent = way.size() > 1 && way.get(way.size() - 2) instanceof Folder f ? f : root;
        return new Found(parent, last, node, List.copyOf(rest));
    }

    private static void checkLength(GuestPath path) throws FileSystemException {
        String text = path.toString();
        if (text.length() >= MOST_PATH_BYTES
                || text.getBytes(StandardCharsets.UTF_8).length >= MOST_PATH_BYTES) {
            throw new FileSystemException(text.substring(0, 100) + "…", null, "File name too long");
        }
        for (String name : path.names()) {
            if (name.length() > MOST_NAME_BYTES
                    || name.getBytes(StandardCharsets.UTF_8).length > MOST_NAME_BYTES) {
                throw new FileSystemException(text, null, "File name too long");
            }
        }
    }

    /** Puts a file of the image at its place, with the folders before it. */
    public void show(HeldFile file, GuestPath at) throws FileSystemException {
        lock.lock();
        try {
            FileTime time = FileTime.from(file.modified());
            Folder folder = folders(at, at.names().size() - 1, time);
            folder.children.put(
                    at.names().getLast(), new File(time, new HeldContent(file.content())));
        } finally {
            lock.unlock();
        }
    }

    /** Makes a folder, with those before it, that the program may write in. */
    public void makeWritable(GuestPath at) throws FileSystemException {
        lock.lock();
        try {
            folders(at, at.names().size(), FileTime.from(Instant.now())).makeWritable();
        } finally {
            lock.unlock();
        }
    }

    /** Puts a door at a place where nothing is yet, with the folders before it. */
    public void open(GuestPath at, Object leadsTo) throws FileSystemException {
        lock.lock();
        try {
            FileTime now = FileTime.from(Instant.now());
            Folder folder = folders(at, at.names().size() - 1, now);
            Node there = folder.children.get(at.names().getLast());
            if (there != null && !(there instanceof Folder f && f.children.isEmpty())) {
                throw new FileAlreadyExistsException(at.toString());
            }
            folder.children.put(at.names().getLast(), new Door(now, leadsTo));
        } finally {
            lock.unlock();
        }
    }

    private Folder folders(GuestPath at, int count, FileTime time) throws FileSystemException {
        checkLength(at);
        Folder folder = root;
        for (String name : at.names().subList(0, count)) {
            Node child = folder.children.computeIfAbsent(name, n -> new Folder(time, false));
            if (!(child instanceof Folder next)) {
                throw new FileSystemException(at.toString(), null, "Not a directory");
            }
            folder = next;
        }
        return folder;
    }

    /**
     * Opens a file, or makes it.
     *
     * @param permissions of a new file; null: the usual ones
     */
    public FileChannel open(
            GuestPath path, OpenMode how, @Nullable Set<PosixFilePermission> permissions)
            throws IOException {
        lock.lock();
        try {
            Found found = findLocked(path);
            Node node = found.node();
            if (node != null && how.isNew()) {
                throw new FileAlreadyExistsException(path.toString());
            }
            if (node == null) {
                if (!how.create()) {
                    throw new NoSuchFileException(path.toString());
                }
                node = add(path, found, new File(now(), new PagedContent(pages)), permissions);
            }
            if (!(node instanceof File file)) {
                throw new FileSystemException(path.toString(), null, "Is a directory");
            }
            if (how.write() && !file.isWritable()) {
                throw readOnly(path);
            }
            if (how.write() && how.truncate()) {
                file.content.truncate(0);
                file.touched();
            }
            file.content.opened();
            return new MemoryChannel(
                    file,
                    new MemoryChannel.Mode(how.read(), how.write(), how.append()),
                    how.deleteOnClose() ? () -> forget(path, file) : () -> {});
        } finally {
            lock.unlock();
        }
    }

    /** Makes a folder. */
    public void makeFolder(GuestPath path, @Nullable Set<PosixFilePermission> permissions)
            throws FileSystemException {
        lock.lock();
        try {
            Found found = findLocked(path);
            if (found.node() != null) {
                throw new FileAlreadyExistsException(path.toString());
            }
            add(path, found, new Folder(now(), true), permissions);
        } finally {
            lock.unlock();
        }
    }

    private <N extends Node> N add(
            GuestPath path, Found found, N node, @Nullable Set<PosixFilePermission> permissions)
            throws FileSystemException {
        if (!found.parent().isWritable()) {
            throw readOnly(path);
        }
        if (names >= pages.limit() / Pages.PAGE) {
            throw new FileSystemException(path.toString(), null, "No space left on device");
        }
        if (permissions != null) {
            node.setPermissions(permissions);
        }
        names++;
        found.parent().children.put(found.name(), node);
        found.parent().touched();
        return node;
    }

    /** Removes a file or an empty folder. */
    public void delete(GuestPath path) throws FileSystemException {
        lock.lock();
        try {
            Found found = findLocked(path);
            Node node = found.node();
            if (node == null) {
                throw new NoSuchFileException(path.toString());
            }
            checkRemovable(path, found, node);
            if (node instanceof Folder folder && !folder.children.isEmpty()) {
                throw new DirectoryNotEmptyException(path.toString());
            }
            remove(found.parent(), found.name(), node);
        } finally {
            lock.unlock();
        }
    }

    private static void checkRemovable(GuestPath path, Found found, Node node)
            throws FileSystemException {
        boolean lastingFile = node instanceof File file && file.isDevice();
        if (!found.parent().isWritable() || !node.isWritable() || lastingFile) {
            throw readOnly(path);
        }
    }

    private void remove(Folder parent, String name, Node node) {
        parent.children.remove(name);
        parent.touched();
        names--;
        if (node instanceof File file) {
            file.content.closed();
        }
    }

    private void forget(GuestPath path, File file) {
        lock.lock();
        try {
            Found found = findLocked(path);
            if (found.node() == file) {
                remove(found.parent(), found.name(), file);
            }
        } catch (FileSystemException gone) {
            return; // its folder was removed before
        } finally {
            lock.unlock();
        }
    }

    /** The names in a folder, as of now. */
    public List<String> list(GuestPath path) throws FileSystemException {
        lock.lock();
        try {
            Node node = findLocked(path).node();
            if (node == null) {
                throw new NoSuchFileException(path.toString());
            }
            if (!(node instanceof Folder folder)) {
                throw new java.nio.file.NotDirectoryException(path.toString());
            }
            return List.copyOf(folder.children.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** Gives a file or a folder another place, in one step for all who look. */
    public void move(GuestPath from, GuestPath to, boolean replace) throws FileSystemException {
        lock.lock();
        try {
            Found source = findLocked(from);
            Node node = source.node();
            if (node == null) {
                throw new NoSuchFileException(from.toString());
            }
            Found target = findLocked(to);
            Node there = target.node();
            if (there == node) {
                return;
            }
            checkRemovable(from, source, node);
            checkMovable(from, node);
            if (!target.parent().isWritable()) {
                throw readOnly(to);
            }
            if (node instanceof Folder folder && isBelow(target.parent(), folder)) {
                throw new FileSystemException(
                        from.toString(), to.toString(), "Invalid argument: it would be in itself");
            }
            if (there != null) {
                if (!replace) {
                    throw new FileAlreadyExistsException(to.toString());
                }
                checkRemovable(to, target, there);
                if (there instanceof Folder folder && !folder.children.isEmpty()) {
                    throw new DirectoryNotEmptyException(to.toString());
                }
                remove(target.parent(), target.name(), there);
            }
            source.parent().children.remove(source.name());
            source.parent().touched();
            target.parent().children.put(target.name(), node);
            target.parent().touched();
        } finally {
            lock.unlock();
        }
    }

    private static void checkMovable(GuestPath path, Node node) throws FileSystemException {
        if (!node.isWritable()) {
            throw readOnly(path);
        }
        if (node instanceof Folder folder) {
            for (Node child : folder.children.values()) {
                checkMovable(path, child);
            }
        }
    }

    private static boolean isBelow(Folder candidate, Folder folder) {
        if (candidate == folder) {
            return true;
        }
        for (Node child : folder.children.values()) {
            if (child instanceof Folder next && isBelow(candidate, next)) {
                return true;
            }
        }
        return false;
    }

    /** Changes what attributes show; null leaves it. */
    public void change(
            GuestPath path,
            @Nullable Set<PosixFilePermission> permissions,
            @Nullable FileTime modified,
            @Nullable FileTime accessed,
            @Nullable FileTime created)
            throws FileSystemException {
        lock.lock();
        try {
            Node node = findLocked(path).node();
            if (node == null) {
                throw new NoSuchFileException(path.toString());
            }
            if (!node.isWritable()) {
                throw readOnly(path);
            }
            if (permissions != null) {
                node.setPermissions(permissions);
            }
            node.setTimes(
                    modified == null ? node.modified() : modified,
                    accessed == null ? node.accessed() : accessed,
                    created == null ? node.created() : created);
        } finally {
            lock.unlock();
        }
    }

    private static FileTime now() {
        return FileTime.from(Instant.now());
    }

    private static FileSystemException readOnly(GuestPath path) {
        return new FileSystemException(path.toString(), null, "Read-only file system");
    }
}
