package org.cofferdam.libos.files;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cofferdam.libos.files.host.Grant;
import org.cofferdam.libos.files.path.GuestPath;

/**
 * What the launcher decides about the guest's files, before the program runs: what it finds, where it may write, and
 * which folders of the host it gets. Not for threads of the program.
 */
public final class GuestFiles {
    private final GuestFileSystem files;

    GuestFiles(GuestFileSystem files) {
        this.files = files;
    }

    /** Those of this process; empty if the JVM was not started with {@link GuestFileSystemProvider}. */
    public static Optional<GuestFiles> ofTheProcess() {
        FileSystem usual = FileSystems.getDefault();
        return usual instanceof GuestFileSystem guest
                ? Optional.of(new GuestFiles(guest))
                : Optional.empty();
    }

    /** Shows files that are held in memory, read-only. */
    public void show(List<HeldFile> image) throws IOException {
        for (HeldFile file : image) {
            files.tree().show(file, path(file.path()));
        }
    }

    /**
     * Reads a folder of the host into memory and shows what is in it, read-only.
     *
     * @param folder of the host
     * @param place absolute, where the program finds it
     * @return how many bytes were read
     */
    public long showFolder(Path folder, String place) throws IOException {
        List<HeldFile> image = HeldFolder.read(folder, place);
        show(image);
        return image.stream().mapToLong(HeldFile::size).sum();
    }

    /** Lets the program write in a folder in memory, which is made if it is not there. */
    public void makeWritable(String place) throws IOException {
        files.tree().makeWritable(path(place));
    }

    /** Gives the program a folder of the host at a place where nothing is yet. */
    public void grant(Grant grant, String place) throws IOException {
        files.tree().open(path(place), grant);
    }

    /** How many bytes writable files may hold together. */
    public long limit() {
        return files.pages().limit();
    }

    private GuestPath path(String place) throws IOException {
        GuestPath path = (GuestPath) files.path(place).toAbsolutePath().normalize();
        if (path.names().isEmpty()) {
            throw new IOException("a place in the guest's files cannot be " + place);
        }
        return path;
    }
}
