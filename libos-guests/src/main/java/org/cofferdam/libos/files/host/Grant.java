package org.cofferdam.libos.files.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A folder of the host that the guest may use. Any thread.
 *
 * <p>A name below it is reached folder by folder: each is opened relative to the one before, and none that is a link
 * (openat(2) with O_NOFOLLOW). Where a link is met, the whole path is resolved, must lie below the grant, and is then
 * walked in the same way; who puts a link there between the two makes the walk fail, and no more. One operation has no
 * such form in Java: a folder is made by its resolved path, so that another process of the host, if it is as quick, can
 * make an empty folder appear elsewhere. Landlock, which the launcher sets for each grant, is behind that.
 */
public final class Grant {
    private final Path root;
    private final Path here;
    private final boolean writable;
    private final FileStore store;

    /** What is done in the folder that has the last name. */
    private interface Deed<T> {
        T in(SecureDirectoryStream<Path> folder, Path name) throws IOException;
    }

    private Grant(Path root, boolean writable, FileStore store) {
        this.root = root;
        this.here = root.getFileSystem().getPath(".");
        this.writable = writable;
        this.store = store;
    }

    /**
     * Grants a folder.
     *
     * @param folder of the host's file system
     * @throws IOException if it is none
     */
    public static Grant of(Path folder, boolean writable) throws IOException {
        Path real = folder.toRealPath();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(real)) {
            if (!(open instanceof SecureDirectoryStream)) {
                throw new FileSystemException(
                        folder.toString(), null, "folders of this kind cannot be granted");
            }
        }
        return new Grant(real, writable, Files.getFileStore(real));
    }

    /** Where it lies on the host. */
    public Path root() {
        return root;
    }

    /** Whether the guest may write there. */
    public boolean isWritable() {
        return writable;
    }

    /** The host's word on the space there. */
    public FileStore store() {
        return store;
    }

    /** Opens a file. */
    public FileChannel open(
            List<String> names, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        Set<OpenOption> all = new HashSet<>(options);
        all.add(LinkOption.NOFOLLOW_LINKS);
        SeekableByteChannel channel =
                at(names, (folder, name) -> folder.newByteChannel(name, all, attributes));
        if (channel instanceof FileChannel file) {
            return file;
        }
        channel.close();
        throw new FileSystemException(shown(names), null, "not a file");
    }

    /** The names in a folder. */
    public List<String> list(List<String> names) throws IOException {
        return at(
                names,
                (folder, name) -> {
                    List<String> found = new ArrayList<>();
                    try (SecureDirectoryStream<Path> open =
                            folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                        for (Path each : open) {
                            found.add(String.valueOf(each.getFileName()));
                        }
                    }
                    return found;
                });
    }

    /** What the host says of a file. */
    public PosixFileAttributes attributes(List<String> names, boolean followLink)
            throws IOException {
        Deed<PosixFileAttributes> read = (folder, name) -> view(folder, name).readAttributes();
        PosixFileAttributes found = at(names, read);
        if (followLink && found.isSymbolicLink()) {
            return walk(resolved(names), read);
        }
        return found;
    }

    private static PosixFileAttributeView view(SecureDirectoryStream<Path> folder, Path name) {
        return Objects.requireNonNull(
                folder.getFileAttributeView(
                        name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
    }

    /** Changes what the host says of a file. */
    public void change(List<String> names, AttributeChange change) throws IOException {
        List<String> real = resolved(names);
        walk(
                real,
                (folder, name) -> {
                    change.on(view(folder, name));
                    return true;
                });
    }

    /** A change of attributes. */
    public interface AttributeChange {
        void on(PosixFileAttributeView view) throws IOException;
    }

    /** Removes a file, a link or an empty folder. */
    public void delete(List<String> names) throws IOException {
        at(
                names,
                (folder, name) -> {
                    if (view(folder, name).readAttributes().isDirectory()) {
                        folder.deleteDirectory(name);
                    } else {
                        folder.deleteFile(name);
                    }
                    return true;
                });
    }

    /** Makes a folder; see the class comment. */
    public void makeFolder(List<String> names, FileAttribute<?>... attributes) throws IOException {
        List<String> parent = resolved(names.subList(0, names.size() - 1));
        Files.createDirectory(path(parent).resolve(checkedName(names.getLast())), attributes);
    }

    /** Gives a file or a folder of this grant another place in it, in one step. */
    public void move(List<String> from, List<String> to, boolean replace) throws IOException {
        if (!replace && exists(to)) {
            throw new FileAlreadyExistsException(shown(to));
        }
        at(
                from,
                (folder, name) ->
                        at(
                                to,
                                (target, newName) -> {
                                    folder.move(name, target, newName);
                                    return true;
                                }));
    }

    private boolean exists(List<String> names) throws IOException {
        try {
            attributes(names, false);
            return true;
        } catch (NoSuchFileException no) {
            return false;
        }
    }

    /**
     * The names by which a file is reached without links.
     *
     * @throws AccessDeniedException if they lead out of the grant
     */
    public List<String> resolved(List<String> names) throws IOException {
        Path real;
        try {
            real = path(names).toRealPath();
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(shown(names)); // without the host's path
        }
        if (!real.startsWith(root)) {
            throw new AccessDeniedException(
                    shown(names), null, "a link leads out of the granted folder");
        }
        List<String> below = new ArrayList<>();
        for (Path each : root.relativize(real)) {
            if (!each.toString().isEmpty()) {
                below.add(each.toString());
            }
        }
        return below;
    }

    private Path path(List<String> names) throws IOException {
        Path path = root;
        for (String name : names) {
            path = path.resolve(checkedName(name));
        }
        return path;
    }

    /** A name, and nothing that moves elsewhere: the tree has taken "." and ".." away before. */
    private static String checkedName(String name) throws IOException {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
            throw new FileSystemException(name, null, "not a name");
        }
        return name;
    }

    private <T> T at(List<String> names, Deed<T> deed) throws IOException {
        try {
            return walk(names, deed);
        } catch (IOException first) {
            List<String> real = new ArrayList<>(names);
            try {
                // A link in the way, or, for a file to be made, in the way to its folder.
                real = new ArrayList<>(resolved(names));
            } catch (NoSuchFileException e) {
                if (names.size() > 1) {
                    real = new ArrayList<>(resolved(names.subList(0, names.size() - 1)));
                    real.add(names.getLast());
                }
            }
            if (real.equals(names)) {
                throw renamed(first, names);
            }
            return walk(real, deed);
        }
    }

    /** The same failure, with the guest's names instead of the host's. */
    private static FileSystemException renamed(IOException e, List<String> names) {
        String shown = shown(names);
        FileSystemException made =
                switch (e) {
                    case NoSuchFileException no -> new NoSuchFileException(shown);
                    case FileAlreadyExistsException exists -> new FileAlreadyExistsException(shown);
                    case AccessDeniedException denied ->
                            new AccessDeniedException(shown, null, denied.getReason());
                    case java.nio.file.DirectoryNotEmptyException notEmpty ->
                            new java.nio.file.DirectoryNotEmptyException(shown);
                    case java.nio.file.NotDirectoryException notFolder ->
                            new java.nio.file.NotDirectoryException(shown);
                    case FileSystemException other ->
                            new FileSystemException(shown, null, other.getReason());
                    default -> new FileSystemException(shown, null, e.getMessage());
                };
        made.initCause(e);
        return made;
    }

    private static String shown(List<String> names) {
        return String.join("/", names);
    }

    private <T> T walk(List<String> names, Deed<T> deed) throws IOException {
        try (DirectoryStream<Path> start = Files.newDirectoryStream(root)) {
            return walk((SecureDirectoryStream<Path>) start, names, 0, deed);
        }
    }

    private <T> T walk(SecureDirectoryStream<Path> folder, List<String> names, int at, Deed<T> deed)
            throws IOException {
        if (names.isEmpty()) {
            return deed.in(folder, here);
        }
        Path name = root.getFileSystem().getPath(checkedName(names.get(at)));
        if (at == names.size() - 1) {
            return deed.in(folder, name);
        }
        try (SecureDirectoryStream<Path> next =
                folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            return walk(next, names, at + 1, deed);
        }
    }
}
