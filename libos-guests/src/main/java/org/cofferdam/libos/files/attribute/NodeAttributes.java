package org.cofferdam.libos.files.attribute;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.cofferdam.libos.files.memory.Node;

/** The attributes of a file in memory, as they were at one moment. */
public record NodeAttributes(
        FileTime lastModifiedTime,
        FileTime lastAccessTime,
        FileTime creationTime,
        long size,
        boolean isRegularFile,
        boolean isDirectory,
        boolean isOther,
        Object fileKey,
        Set<PosixFilePermission> permissions)
        implements PosixFileAttributes {

    /** Takes them from a file or folder. */
    public static NodeAttributes of(Node node) {
        boolean folder = !(node instanceof Node.File);
        boolean device = node instanceof Node.File file && file.isDevice();
        return new NodeAttributes(
                node.modified(),
                node.accessed(),
                node.created(),
                node.size(),
                !folder && !device,
                folder,
                device,
                node.number(),
                node.permissions());
    }

    @Override
    public boolean isSymbolicLink() {
        return false;
    }

    @Override
    public UserPrincipal owner() {
        return GuestUser.OWNER;
    }

    @Override
    public GroupPrincipal group() {
        return GuestUser.OWNER;
    }
}
