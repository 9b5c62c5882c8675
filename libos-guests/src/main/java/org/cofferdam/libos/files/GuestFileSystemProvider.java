package org.cofferdam.libos.files;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofferdam.libos.files.attribute.Attributes;
import org.cofferdam.libos.files.attribute.NodeAttributes;
import org.cofferdam.libos.files.host.Grant;
import org.cofferdam.libos.files.memory.Node;
import org.cofferdam.libos.files.memory.OpenMode;
import org.cofferdam.libos.files.memory.Tree;
import org.cofferdam.libos.files.path.GuestPath;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's default file system in a guest, which the system property
 * {@code java.nio.file.spi.DefaultFileSystemProvider} names. Any thread.
 *
 * <p>Each path leads into the tree in memory, or through a door of it into a folder of the host that was granted. What
 * is refused: links, watching, asynchronous channels, mappings that write through.
 */
public final class GuestFileSystemProvider extends FileSystemProvider {
    private final GuestFileSystem files;

    /**
     * The JVM makes the one instance, when the default file system is first asked for.
     *
     * @param host the JDK's own provider
     */
    public GuestFileSystemProvider(FileSystemProvider host) {
        this(host, FileSettings.ofTheProcess());
    }

    GuestFileSystemProvider(FileSystemProvider host, FileSettings settings) {
        super();
        HostFiles.set(host.getFileSystem(URI.create("file:///")));
        this.files = new GuestFileSystem(this, settings.pages());
        settings.apply(new GuestFiles(files));
    }

    GuestFileSystem files() {
        return files;
    }

    private GuestPath full(Path path) {
        if (path instanceof GuestPath own) {
            return own.toAbsolutePath();
        }
        throw new ProviderMismatchException();
    }

    private Tree.Found find(Path path) throws FileSystemException {
        return files.tree().find(full(path));
    }

    private static @Nullable Grant grant(Tree.Found found) {
        return found.node() instanceof Node.Door door ? (Grant) door.leadsTo() : null;
    }

    private static Node existing(Tree.Found found, Path path) throws NoSuchFileException {
        Node node = found.node();
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private static FileSystemException busy(Path path) {
        return new FileSystemException(path.toString(), null, "Device or resource busy");
    }

    private static FileSystemException readOnly(Path path) {
        return new FileSystemException(path.toString(), null, "Read-only file system");
    }

    private static void checkWritable(Grant grant, Path path) throws FileSystemException {
        if (!grant.isWritable()) {
            throw readOnly(path);
        }
    }

    @Override
    public String getScheme() {
        return "file";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new FileSystemAlreadyExistsException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        if (!"file".equalsIgnoreCase(uri.getScheme()) || !"/".equals(uri.getPath())) {
            throw new IllegalArgumentException(uri + " is not file:///");
        }
        return files;
    }

    @Override
    public Path getPath(URI uri) {
        String path = uri.getPath();
        if (!"file".equalsIgnoreCase(uri.getScheme())
                || path == null
                || !path.startsWith("/")
                || uri.getRawAuthority() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(uri + " is not the address of a file");
        }
        return files.path(path);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        OpenMode mode = OpenMode.of(options);
        Tree.Found found = find(path);
        Grant grant = grant(found);
        if (grant == null) {
            return files.tree().open(full(path), mode, Attributes.ofNew(attributes));
        }
        if (mode.write() || mode.deleteOnClose()) {
            checkWritable(grant, path);
        }
        return grant.open(found.rest(), options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
            Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
        Tree.Found found = find(folder);
        Grant grant = grant(found);
        List<String> names =
                grant == null ? files.tree().list(full(folder)) : grant.list(found.rest());
        return new Listing(names.stream().map(folder::resolve).iterator(), filter);
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        Tree.Found found = find(folder);
        Grant grant = grant(found);
        if (grant == null) {
            files.tree().makeFolder(full(folder), Attributes.ofNew(attributes));
        } else if (found.rest().isEmpty()) {
            throw new java.nio.file.FileAlreadyExistsException(folder.toString());
        } else {
            checkWritable(grant, folder);
            grant.makeFolder(found.rest(), attributes);
        }
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes) {
        // Files.createSymbolicLink allows it. Without links no name of a guest's leads elsewhere.
        throw new UnsupportedOperationException("a guest's files have no links");
    }

    @Override
    public void createLink(Path link, Path existing) {
        // Files.createLink allows it, for the same reason.
        throw new UnsupportedOperationException("a guest's files have no links");
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        Tree.Found found = find(link);
        Grant grant = grant(found);
        boolean isLink = grant != null && grant.attributes(found.rest(), false).isSymbolicLink();
        if (isLink) {
            // Its target is a path of the host, which is not the guest's to know.
            throw new UnsupportedOperationException(
                    "where a link of the host leads is not shown to a guest");
        }
        existing(found, link);
        throw new NotLinkException(link.toString());
    }

    @Override
    public void delete(Path path) throws IOException {
        Tree.Found found = find(path);
        Grant grant = grant(found);
        if (grant == null) {
            files.tree().delete(full(path));
        } else if (found.rest().isEmpty()) {
            throw busy(path);
        } else {
            checkWritable(grant, path);
            grant.delete(found.rest());
        }
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        Transfer.copy(source, target, Set.copyOf(Arrays.asList(options)));
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        Set<CopyOption> wanted = Set.copyOf(Arrays.asList(options));
        Tree.Found from = find(source);
        Tree.Found to = find(target);
        Grant fromGrant = grant(from);
        Grant toGrant = grant(to);
        boolean replace =
                wanted.contains(java.nio.file.StandardCopyOption.REPLACE_EXISTING)
                        || wanted.contains(java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        if (fromGrant == null && toGrant == null) {
            files.tree().move(full(source), full(target), replace);
            return;
        }
        if ((fromGrant != null && from.rest().isEmpty())
                || (toGrant != null && to.rest().isEmpty())) {
            throw busy(source);
        }
        if (fromGrant != null && fromGrant.equals(toGrant)) {
            checkWritable(fromGrant, source);
            fromGrant.move(from.rest(), to.rest(), replace);
            return;
        }
        Transfer.move(source, target, wanted);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        if (one.equals(other)) {
            return true;
        }
        if (!(other instanceof GuestPath)) {
            return false;
        }
        Object key = readAttributes(one, BasicFileAttributes.class).fileKey();
        return key != null
                && key.equals(readAttributes(other, BasicFileAttributes.class).fileKey())
                && getFileStore(one).name().equals(getFileStore(other).name());
    }

    @Override
    public boolean isHidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        Tree.Found found = find(path);
        existing(found, path);
        Grant grant = grant(found);
        return grant == null ? new MemoryStore(files.pages()) : grant.store();
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        Tree.Found found = find(path);
        Node node = existing(found, path);
        Grant grant = grant(found);
        List<AccessMode> wanted = List.of(modes);
        boolean writable = grant == null ? node.isWritable() : grant.isWritable();
        if (wanted.contains(AccessMode.WRITE) && !writable) {
            throw new AccessDeniedException(path.toString(), null, "Read-only file system");
        }
        PosixFileAttributes attributes = readAttributes(path, PosixFileAttributes.class);
        if (wanted.contains(AccessMode.EXECUTE)
                && attributes.permissions().stream().noneMatch(p -> p.name().endsWith("EXECUTE"))) {
            throw new AccessDeniedException(path.toString());
        }
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        if (!type.equals(BasicFileAttributeView.class)
                && !type.equals(PosixFileAttributeView.class)
                && !type.equals(FileOwnerAttributeView.class)) {
            return null;
        }
        return type.cast(view(path, options));
    }

    private AttributeView view(Path path, LinkOption... options) {
        return new AttributeView(this, full(path), options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
            Path path, Class<A> type, LinkOption... options) throws IOException {
        if (!type.isAssignableFrom(PosixFileAttributes.class)) {
            // Files.readAttributes: for attributes that a file system does not have.
            throw new UnsupportedOperationException(type + " is not supported");
        }
        return type.cast(attributes(path, options));
    }

    PosixFileAttributes attributes(Path path, LinkOption... options) throws IOException {
        Tree.Found found = find(path);
        Node node = existing(found, path);
        Grant grant = grant(found);
        return grant == null
                ? NodeAttributes.of(node)
                : grant.attributes(found.rest(), options.length == 0);
    }

    void change(GuestPath path, Grant.AttributeChange change, MemoryChange inMemory)
            throws IOException {
        Tree.Found found = find(path);
        Grant grant = grant(found);
        if (grant == null) {
            inMemory.on(files.tree());
        } else {
            checkWritable(grant, path);
            grant.change(found.rest(), change);
        }
    }

    /** A change of attributes in memory. */
    interface MemoryChange {
        void on(Tree tree) throws IOException;
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String what, LinkOption... options)
            throws IOException {
        return Attributes.read(attributes(path, options), what);
    }

    @Override
    public void setAttribute(Path path, String what, Object value, LinkOption... options)
            throws IOException {
        Attributes.write(view(path, options), what, value);
    }

    GuestPath realPath(GuestPath path) throws IOException {
        GuestPath normal = (GuestPath) path.normalize();
        Tree.Found found = find(path);
        existing(found, path);
        Grant grant = grant(found);
        if (grant == null) {
            return normal;
        }
        // The door's own place, then what the host makes of the rest.
        List<String> all = normal.names();
        List<String> real = grant.resolved(found.rest());
        int before = all.size() - found.rest().size();
        String door = "/" + String.join("/", all.subList(0, before));
        return files.path(real.isEmpty() ? door : door + "/" + String.join("/", real));
    }
}
