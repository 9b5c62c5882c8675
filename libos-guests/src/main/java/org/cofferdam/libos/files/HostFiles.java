package org.cofferdam.libos.files;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;

/** The host's file system, for start-up code; the program sees {@code FileSystems.getDefault()}. */
public final class HostFiles {
    private HostFiles() {}

    /** The host's files, also where the guest's file system is the JDK's default one. */
    public static FileSystem system() {
        return FileSystems.getDefault();
    }
}
