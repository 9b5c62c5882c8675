package org.cofferdam.libos.files;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.cofferdam.libos.files.attribute.Attributes;
import org.cofferdam.libos.files.attribute.GuestUser;
import org.cofferdam.libos.files.memory.Pages;
import org.cofferdam.libos.files.memory.Tree;
import org.cofferdam.libos.files.path.Glob;
import org.cofferdam.libos.files.path.GuestPath;

/** The guest's one file system. Any thread. */
final class GuestFileSystem extends FileSystem implements GuestPath.Anchor {
    private final GuestFileSystemProvider provider;
    private final Pages pages;
    private final Tree tree;
    private final GuestPath workingFolder;

    GuestFileSystem(GuestFileSystemProvider provider, Pages pages) {
        this.provider = provider;
        this.pages = pages;
        this.tree = new Tree(pages);
        this.workingFolder = GuestPath.of(this, System.getProperty("user.dir", "/"));
    }

    Tree tree() {
        return tree;
    }

    Pages pages() {
        return pages;
    }

    GuestPath path(String text) {
        return GuestPath.of(this, text);
    }

    @Override
    public FileSystem fileSystem() {
        return this;
    }

    @Override
    public GuestPath workingFolder() {
        return workingFolder;
    }

    @Override
    public GuestPath realPath(GuestPath path) throws IOException {
        return provider.realPath(path);
    }

    @Override
    public boolean isFolder(GuestPath path) {
        try {
            return provider.attributes(path).isDirectory();
        } catch (IOException notThere) {
            return false;
        }
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() {
        // FileSystem.close: the default file system's own answer, which is what this one is.
        throw new UnsupportedOperationException("the default file system cannot be closed");
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(path("/"));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of(new MemoryStore(pages));
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Attributes.views();
    }

    @Override
    public Path getPath(String first, String... more) {
        if (more.length == 0) {
            return path(first);
        }
        StringBuilder text = new StringBuilder(first);
        for (String each : more) {
            if (!each.isEmpty()) {
                text.append(text.isEmpty() ? "" : "/").append(each);
            }
        }
        return path(text.toString());
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        int colon = syntaxAndPattern.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException(syntaxAndPattern + " has no syntax before a colon");
        }
        String text = syntaxAndPattern.substring(colon + 1);
        String syntax = syntaxAndPattern.substring(0, colon);
        Pattern pattern;
        if (syntax.equalsIgnoreCase("glob")) {
            pattern = Glob.pattern(text);
        } else if (syntax.equalsIgnoreCase("regex")) {
            pattern = Pattern.compile(text);
        } else {
            // FileSystem.getPathMatcher: for a syntax other than the two that it demands.
            throw new UnsupportedOperationException("Syntax '" + syntax + "' not recognized");
        }
        return path -> pattern.matcher(path.toString()).matches();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return GuestUser.lookup();
    }

    @Override
    public WatchService newWatchService() {
        // FileSystem.newWatchService allows it. Only a guest itself changes its files, and a
        // granted folder would want inotify, three more system calls.
        throw new UnsupportedOperationException("a guest's files cannot be watched");
    }
}
