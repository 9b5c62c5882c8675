package org.cofferdam.libos.files.path;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path with the syntax of Unix: names between slashes. Immutable.
 *
 * <p>Kept as the JDK keeps its own: several slashes are one, and none stands at the end. The empty path has one empty
 * name.
 */
public final class GuestPath implements Path {
    private static final String[] NONE = {};

    private final Anchor anchor;
    private final boolean absolute;
    private final String[] names;
    private final String text;

    /** What a path asks its file system. */
    public interface Anchor {
        FileSystem fileSystem();

        /** Absolute; what relative paths are relative to. */
        GuestPath workingFolder();

        /** The place that the path leads to. */
        GuestPath realPath(GuestPath path) throws IOException;

        boolean isFolder(GuestPath path);
    }

    private GuestPath(Anchor anchor, boolean absolute, String[] names) {
        this.anchor = anchor;
        this.absolute = absolute;
        this.names = names;
        this.text = (absolute ? "/" : "") + String.join("/", names);
    }

    /**
     * Reads a path.
     *
     * @throws InvalidPathException if it has a NUL
     */
    public static GuestPath of(Anchor anchor, String text) {
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw new InvalidPathException(text, "Nul character not allowed", nul);
        }
        boolean absolute = text.startsWith("/");
        List<String> names = new ArrayList<>();
        for (String name : text.split("/", -1)) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        if (names.isEmpty() && !absolute) {
            names.add("");
        }
        return new GuestPath(anchor, absolute, names.toArray(NONE));
    }

    /** Its names, without the root. */
    public List<String> names() {
        return List.of(names);
    }

    private GuestPath with(boolean isAbsolute, List<String> some) {
        return new GuestPath(
                anchor,
                isAbsolute,
                some.isEmpty() && !isAbsolute ? new String[] {""} : some.toArray(NONE));
    }

    private boolean isEmpty() {
        return !absolute && names.length == 1 && names[0].isEmpty();
    }

    private GuestPath own(Path other) {
        if (other instanceof GuestPath same && same.anchor.equals(anchor)) {
            return same;
        }
        throw new ProviderMismatchException();
    }

    @Override
    public FileSystem getFileSystem() {
        return anchor.fileSystem();
    }

    @Override
    public boolean isAbsolute() {
        return absolute;
    }

    @Override
    public @Nullable Path getRoot() {
        return absolute ? new GuestPath(anchor, true, NONE) : null;
    }

    @Override
    public @Nullable Path getFileName() {
        return names.length == 0 ? null : getName(names.length - 1);
    }

    @Override
    public @Nullable Path getParent() {
        if (names.length <= 1) {
            return names.length == 0 ? null : getRoot();
        }
        return new GuestPath(anchor, absolute, Arrays.copyOf(names, names.length - 1));
    }

    @Override
    public int getNameCount() {
        return names.length;
    }

    @Override
    public Path getName(int index) {
        return subpath(index, index + 1);
    }

    @Override
    public Path subpath(int from, int to) {
        if (from < 0 || to > names.length || from >= to) {
            throw new IllegalArgumentException(
                    "names " + from + " to " + to + " of " + names.length);
        }
        return new GuestPath(anchor, false, Arrays.copyOfRange(names, from, to));
    }

    @Override
    public boolean startsWith(Path other) {
        return other instanceof GuestPath that
                && that.anchor.equals(anchor)
                && that.absolute == absolute
                && that.isEmpty() == isEmpty()
                && that.names.length <= names.length
                && Arrays.equals(that.names, 0, that.names.length, names, 0, that.names.length);
    }

    @Override
    public boolean endsWith(Path other) {
        if (!(other instanceof GuestPath that) || !that.anchor.equals(anchor)) {
            return false;
        }
        if (that.absolute) {
            return equals(that);
        }
        int from = names.length - that.names.length;
        return from >= 0
                && that.isEmpty() == isEmpty()
                && Arrays.equals(names, from, names.length, that.names, 0, that.names.length);
    }

    @Override
    public Path normalize() {
        List<String> kept = new ArrayList<>();
        for (String name : names) {
            boolean canGoUp = !kept.isEmpty() && !kept.getLast().equals("..");
            if (name.equals("..") && canGoUp) {
                kept.removeLast();
            } else if (name.equals("..") ? !absolute : !name.equals(".") && !name.isEmpty()) {
                kept.add(name);
            }
        }
        return with(absolute, kept);
    }

    @Override
    public Path resolve(Path other) {
        GuestPath that = own(other);
        if (that.absolute || isEmpty()) {
            return that;
        }
        if (that.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(List.of(names));
        all.addAll(List.of(that.names));
        return with(absolute, all);
    }

    @Override
    public Path relativize(Path other) {
        GuestPath that = own(other);
        if (that.absolute != absolute) {
            throw new IllegalArgumentException("'other' is different type of Path");
        }
        if (isEmpty()) {
            return that;
        }
        int same = 0;
        while (same < names.length
                && same < that.names.length
                && names[same].equals(that.names[same])) {
            same++;
        }
        List<String> way = new ArrayList<>();
        for (int i = same; i < names.length; i++) {
            if (names[i].equals("..")) {
                throw new IllegalArgumentException(
                        "Unable to compute relative path from " + this + " to " + that);
            }
            if (!names[i].equals(".")) {
                way.add("..");
            }
        }
        if (!that.isEmpty()) {
            way.addAll(List.of(that.names).subList(same, that.names.length));
        }
        return with(false, way);
    }

    @Override
    public URI toUri() {
        GuestPath full = toAbsolutePath();
        String path = full.text;
        if (!path.endsWith("/") && anchor.isFolder(full)) {
            path += "/";
        }
        try {
            return URI.create("file://" + new URI(null, null, path, null).toASCIIString());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(path, e);
        }
    }

    @Override
    public GuestPath toAbsolutePath() {
        if (absolute) {
            return this;
        }
        GuestPath folder = anchor.workingFolder();
        List<String> all = new ArrayList<>(List.of(folder.names));
        if (!isEmpty()) {
            all.addAll(List.of(names));
        }
        return with(true, all);
    }

    @Override
    public Path toRealPath(LinkOption... options) throws IOException {
        return anchor.realPath(toAbsolutePath());
    }

    @Override
    public WatchKey register(
            WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException("a guest's files cannot be watched");
    }

    @Override
    public int compareTo(Path other) {
        return text.compareTo(own(other).text);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GuestPath that
                && that.text.equals(text)
                && that.anchor.equals(anchor);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
