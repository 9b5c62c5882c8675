package org.cofferdam.libos.files;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import org.jspecify.annotations.Nullable;

/** The host's file system, for start-up code; the program sees {@code FileSystems.getDefault()}. Any thread. */
public final class HostFiles {
    private static volatile @Nullable FileSystem hosts;

    private HostFiles() {}

    /** The host's files, also where the guest's file system is the JDK's default one. */
    public static FileSystem system() {
        FileSystem usual = FileSystems.getDefault(); // makes the guest's, which sets the host's
        FileSystem host = hosts;
        return host == null ? usual : host;
    }

    /** The same while the guest's file system is being made. */
    static FileSystem host() {
        FileSystem host = hosts;
        if (host == null) {
            throw new IllegalStateException("the guest's file system is not made yet");
        }
        return host;
    }

    static void set(FileSystem host) {
        hosts = host;
    }
}
