package org.cofferdam.libos.program;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.attribute.FileTime;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a {@code jar:} address in memory. All of it works without a file but {@link #getJarFile}, which opens
 * the jar at its place as {@code java.util.jar} does: the runtime says what comes of that.
 */
final class MemoryJarConnection extends JarURLConnection {
    private final MemoryUrls urls;
    private @Nullable ArchiveElement jar;
    private @Nullable ArchiveEntry entry;

    MemoryJarConnection(URL url, MemoryUrls urls) throws IOException {
        super(url);
        this.urls = urls;
    }

    @Override
    public void connect() throws IOException {
        if (!connected) {
            ArchiveElement found = urls.jar(getJarFileURL());
            String name = getEntryName();
            if (name != null) {
                ArchiveEntry there = found.entry(name);
                if (there == null) {
                    throw new FileNotFoundException(
                            "JAR entry " + name + " not found in " + found.path());
                }
                entry = there;
            }
            jar = found;
            connected = true;
        }
    }

    private ArchiveElement jar() throws IOException {
        connect();
        ArchiveElement there = jar;
        if (there == null) {
            throw new IllegalStateException("connected to nothing");
        }
        return there;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        ArchiveElement from = jar();
        ArchiveEntry what = entry;
        if (what == null) {
            throw new IOException("no entry name specified");
        }
        return new ByteArrayInputStream(
                ArchiveElement.bytes(new ArchiveElement.Entry(from, what).read()));
    }

    @Override
    public JarFile getJarFile() throws IOException {
        return new JarFile(
                new File(jar().path()), true, ZipFile.OPEN_READ, JarFile.runtimeVersion());
    }

    @Override
    public @Nullable JarEntry getJarEntry() throws IOException {
        Manifest manifest = getManifest();
        ArchiveEntry there = entry;
        if (there == null) {
            return null;
        }
        JarEntry made = new EntryWithAttributes(there.name(), manifest);
        made.setMethod(there.method());
        made.setSize(there.size());
        made.setCompressedSize(there.compressedSize());
        made.setCrc(Integer.toUnsignedLong(there.crc()));
        made.setLastModifiedTime(FileTime.from(there.modified()));
        return made;
    }

    @Override
    public @Nullable Manifest getManifest() throws IOException {
        Manifest manifest = jar().manifest();
        return manifest == null ? null : (Manifest) manifest.clone();
    }

    @Override
    public @Nullable Attributes getMainAttributes() throws IOException {
        Manifest manifest = getManifest();
        return manifest == null ? null : manifest.getMainAttributes();
    }

    @Override
    public int getContentLength() {
        long length = getContentLengthLong();
        return length > Integer.MAX_VALUE ? -1 : (int) length;
    }

    @Override
    public long getContentLengthLong() {
        try {
            ArchiveElement there = jar();
            ArchiveEntry what = entry;
            return what == null ? there.bytes() : what.size();
        } catch (IOException notThere) {
            return -1; // as the interface says
        }
    }

    @Override
    public long getLastModified() {
        try {
            return jar().files().getFirst().modified().toEpochMilli();
        } catch (IOException notThere) {
            return 0; // as the interface says
        }
    }

    @Override
    public @Nullable String getContentType() {
        String name = getEntryName();
        return name == null ? "x-java/jar" : guessContentTypeFromName(name);
    }

    /** An entry that knows its section of the manifest. */
    private static final class EntryWithAttributes extends JarEntry {
        private final @Nullable Manifest manifest;

        EntryWithAttributes(String name, @Nullable Manifest manifest) {
            super(name);
            this.manifest = manifest;
        }

        @Override
        public @Nullable Attributes getAttributes() {
            return manifest == null ? null : manifest.getAttributes(getName());
        }
    }
}
