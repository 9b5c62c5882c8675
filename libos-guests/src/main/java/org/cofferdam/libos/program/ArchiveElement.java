package org.cofferdam.libos.program;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipException;
import org.cofferdam.libos.files.HeldFile;
import org.jspecify.annotations.Nullable;

/** A jar in memory. Signatures are not looked at: its classes have no certificates. */
final class ArchiveElement implements ClassPathElement {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String VERSIONS = "META-INF/versions/";

    private final HeldFile file;
    private final Archive archive;
    private final URL location;
    private final MemoryUrls urls;
    private final @Nullable Manifest manifest;

    /** In a multi-release jar: by its plain name, what this release has instead. */
    private final Map<String, ArchiveEntry> ofThisRelease = new HashMap<>();

    ArchiveElement(HeldFile file, MemoryUrls urls) throws IOException {
        this.file = file;
        this.archive = new Archive(file.path(), file.content());
        this.urls = urls;
        this.location = urls.ofFile(file.path());
        this.manifest = readManifest();
        if (manifest != null
                && "true"
                        .equalsIgnoreCase(
                                manifest.getMainAttributes()
                                        .getValue(Attributes.Name.MULTI_RELEASE))) {
            indexReleases();
        }
    }

    @Override
    public String path() {
        return file.path();
    }

    @Override
    public URL location() {
        return location;
    }

    @Override
    public @Nullable Resource find(String name) {
        ArchiveEntry entry = ofThisRelease.get(name);
        return entry != null ? resource(entry) : exactly(name);
    }

    @Override
    public @Nullable Resource exactly(String name) {
        ArchiveEntry entry = entry(name);
        return entry == null ? null : resource(entry);
    }

    /** The entry of this name, or the folder of this name without its slash, as the JDK finds it. */
    @Nullable ArchiveEntry entry(String name) {
        ArchiveEntry entry = archive.entry(name);
        return entry != null || name.isEmpty() ? entry : archive.entry(name + "/");
    }

    @Override
    public @Nullable Manifest manifest() {
        return manifest;
    }

    @Override
    public List<HeldFile> files() {
        return List.of(file);
    }

    @Override
    public long bytes() {
        return archive.bytes();
    }

    private Resource resource(ArchiveEntry entry) {
        return new Entry(this, entry);
    }

    private @Nullable Manifest readManifest() throws IOException {
        ArchiveEntry entry = archive.entry(MANIFEST);
        if (entry == null) { // the JDK does not mind its case
            for (ArchiveEntry other : archive.entries().values()) {
                if (other.name().toUpperCase(Locale.ENGLISH).equals(MANIFEST)) {
                    entry = other;
                }
            }
        }
        if (entry == null) {
            return null;
        }
        return new Manifest(new ByteArrayInputStream(bytes(archive.read(entry))));
    }

    private void indexReleases() {
        int newest = Runtime.version().feature();
        Map<String, Integer> found = new HashMap<>();
        for (ArchiveEntry entry : archive.entries().values()) {
            String name = entry.name();
            int slash = name.indexOf('/', VERSIONS.length());
            if (!name.startsWith(VERSIONS) || slash < 0 || slash == name.length() - 1) {
                continue;
            }
            String number = name.substring(VERSIONS.length(), slash);
            String plain = name.substring(slash + 1);
            if (number.matches("[1-9][0-9]{0,3}") && !plain.startsWith("META-INF/")) {
                int release = Integer.parseInt(number);
                if (release > 8 && release <= newest && release > found.getOrDefault(plain, 0)) {
                    found.put(plain, release);
                    ofThisRelease.put(plain, entry);
                }
            }
        }
    }

    static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray()
                && buffer.arrayOffset() == 0
                && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    /** One entry as a resource. */
    record Entry(ArchiveElement jar, ArchiveEntry entry) implements Resource {
        @Override
        public URL url() {
            return jar.urls.ofEntry(jar.path(), entry.name());
        }

        @Override
        public long size() {
            return entry.size();
        }

        @Override
        public Instant modified() {
            return entry.modified();
        }

        @Override
        public ByteBuffer read() throws ZipException {
            return jar.archive.read(entry);
        }
    }
}
