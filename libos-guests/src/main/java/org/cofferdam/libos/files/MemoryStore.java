package org.cofferdam.libos.files;

import java.nio.file.FileStore;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import org.cofferdam.libos.files.attribute.Attributes;
import org.cofferdam.libos.files.memory.Pages;
import org.jspecify.annotations.Nullable;

/** The memory as a file store: image and writable files. Any thread. */
final class MemoryStore extends FileStore {
    private final Pages pages;

    MemoryStore(Pages pages) {
        this.pages = pages;
    }

    @Override
    public String name() {
        return "guest";
    }

    @Override
    public String type() {
        return "memory";
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public long getTotalSpace() {
        return pages.limit();
    }

    @Override
    public long getUsableSpace() {
        return pages.left();
    }

    @Override
    public long getUnallocatedSpace() {
        return pages.left();
    }

    @Override
    public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
        return type.equals(BasicFileAttributeView.class)
                || type.equals(PosixFileAttributeView.class)
                || type.equals(FileOwnerAttributeView.class);
    }

    @Override
    public boolean supportsFileAttributeView(String name) {
        return Attributes.views().contains(name);
    }

    @Override
    public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
        return null;
    }

    @Override
    public Object getAttribute(String attribute) {
        return switch (attribute) {
            case "totalSpace" -> getTotalSpace();
            case "usableSpace" -> getUsableSpace();
            case "unallocatedSpace" -> getUnallocatedSpace();
            default ->
                    // FileStore.getAttribute: for one that the store does not have.
                    throw new UnsupportedOperationException("'" + attribute + "' not recognized");
        };
    }
}
