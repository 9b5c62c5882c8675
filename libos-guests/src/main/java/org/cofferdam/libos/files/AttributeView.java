package org.cofferdam.libos.files;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.cofferdam.libos.files.attribute.GuestUser;
import org.cofferdam.libos.files.path.GuestPath;
import org.jspecify.annotations.Nullable;

/** The attributes of one path, looked up anew at each call. */
final class AttributeView implements PosixFileAttributeView {
    private final GuestFileSystemProvider provider;
    private final GuestPath path;
    private final LinkOption[] options;

    AttributeView(GuestFileSystemProvider provider, GuestPath path, LinkOption... options) {
        this.provider = provider;
        this.path = path;
        this.options = options.clone();
    }

    @Override
    public String name() {
        return "posix";
    }

    @Override
    public PosixFileAttributes readAttributes() throws IOException {
        return provider.attributes(path, options);
    }

    @Override
    public void setTimes(
            @Nullable FileTime modified, @Nullable FileTime accessed, @Nullable FileTime created)
            throws IOException {
        provider.change(
                path,
                view -> view.setTimes(modified, accessed, created),
                tree -> tree.change(path, null, modified, accessed, created));
    }

    @Override
    public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
        provider.change(
                path,
                view -> view.setPermissions(permissions),
                tree -> tree.change(path, permissions, null, null, null));
    }

    @Override
    public UserPrincipal getOwner() throws IOException {
        return readAttributes().owner();
    }

    @Override
    public void setOwner(UserPrincipal owner) throws IOException {
        provider.change(path, view -> view.setOwner(owner), tree -> checkOwn(owner));
    }

    @Override
    public void setGroup(GroupPrincipal group) throws IOException {
        provider.change(path, view -> view.setGroup(group), tree -> checkOwn(group));
    }

    private void checkOwn(UserPrincipal owner) throws IOException {
        if (!owner.equals(GuestUser.OWNER)) {
            throw new java.nio.file.FileSystemException(
                    path.toString(), null, "Operation not permitted: a guest has one user");
        }
    }
}
