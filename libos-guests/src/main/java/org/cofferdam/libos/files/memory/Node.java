package org.cofferdam.libos.files.memory;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Something that has a place in the tree. Names and children are guarded by the tree's lock. */
public abstract sealed class Node {
    private static final AtomicLong NUMBERS = new AtomicLong(1);
    private static final Set<PosixFilePermission> FILE =
            PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> READ_ONLY_FILE =
            PosixFilePermissions.fromString("r--r--r--");
    private static final Set<PosixFilePermission> FOLDER =
            PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> READ_ONLY_FOLDER =
            PosixFilePermissions.fromString("r-xr-xr-x");

    private final long number = NUMBERS.getAndIncrement();
    private volatile FileTime created;
    private volatile FileTime modified;
    private volatile FileTime accessed;
    private volatile Set<PosixFilePermission> permissions;

    private Node(FileTime time, Set<PosixFilePermission> permissions) {
        this.created = time;
        this.modified = time;
        this.accessed = time;
        this.permissions = permissions;
    }

    /** Its own for as long as the process lives. */
    public long number() {
        return number;
    }

    public FileTime created() {
        return created;
    }

    public FileTime modified() {
        return modified;
    }

    public FileTime accessed() {
        return accessed;
    }

    public Set<PosixFilePermission> permissions() {
        return permissions;
    }

    void setPermissions(Set<PosixFilePermission> wanted) {
        permissions = Set.copyOf(wanted);
    }

    void setTimes(FileTime newModified, FileTime newAccessed, FileTime newCreated) {
        modified = newModified;
        accessed = newAccessed;
        created = newCreated;
    }

    void touched() {
        modified = FileTime.from(java.time.Instant.now());
    }

    /** In bytes, as attributes show it. */
    public abstract long size();

    /** Whether it may be written, or, a folder, may get and lose files. */
    public abstract boolean isWritable();

    /** A folder. */
    public static final class Folder extends Node {
        final TreeMap<String, Node> children = new TreeMap<>();
        volatile boolean writable;

        Folder(FileTime time, boolean writable) {
            super(time, writable ? FOLDER : READ_ONLY_FOLDER);
            this.writable = writable;
        }

        @Override
        public long size() {
            return Pages.PAGE;
        }

        @Override
        public boolean isWritable() {
            return writable;
        }

        void makeWritable() {
            writable = true;
            setPermissions(FOLDER);
        }
    }

    /** A file or a device. */
    public static final class File extends Node {
        final Content content;
        final Locks locks = new Locks();

        File(FileTime time, Content content) {
            super(time, content instanceof HeldContent ? READ_ONLY_FILE : FILE);
            this.content = content;
        }

        /** Whether it is one of /dev. */
        public boolean isDevice() {
            return content instanceof DeviceContent;
        }

        @Override
        public long size() {
            return content.size();
        }

        @Override
        public boolean isWritable() {
            return !(content instanceof HeldContent);
        }
    }

    /** A place at which something else begins, such as a folder of the host. */
    public static final class Door extends Node {
        private final Object leadsTo;

        Door(FileTime time, Object leadsTo) {
            super(time, FOLDER);
            this.leadsTo = leadsTo;
        }

        /** What the one who made it put there. */
        public Object leadsTo() {
            return leadsTo;
        }

        @Override
        public long size() {
            return Pages.PAGE;
        }

        @Override
        public boolean isWritable() {
            return false;
        }
    }
}
