package org.cofferdam.libos.program;

import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.Manifest;
import org.cofferdam.libos.files.HeldFile;
import org.jspecify.annotations.Nullable;

/** A folder of classes in memory: its files as they were, one block of memory each. */
final class FolderElement implements ClassPathElement {
    private final String path;
    private final URL location;
    private final MemoryUrls urls;
    private final List<HeldFile> files;
    private final Map<String, Resource> resources = new HashMap<>();
    private final long bytes;

    FolderElement(String path, List<HeldFile> files, MemoryUrls urls) {
        this.path = path;
        this.files = List.copyOf(files);
        this.urls = urls;
        this.location = urls.ofFile(path + "/");
        this.bytes = files.stream().mapToLong(HeldFile::size).sum();
        Map<String, TreeSet<String>> folders = new HashMap<>();
        folders.put("", new TreeSet<>());
        for (HeldFile file : files) {
            String name = file.path().substring(path.length() + 1);
            resources.put(name, new OneFile(this, file));
            for (String child = name; !child.isEmpty(); ) {
                int slash = child.lastIndexOf('/');
                String parent = slash < 0 ? "" : child.substring(0, slash);
                folders.computeIfAbsent(parent, p -> new TreeSet<>())
                        .add(child.substring(slash + 1));
                child = parent;
            }
        }
        folders.forEach(
                (name, children) -> {
                    Resource folder = new Listing(this, name, List.copyOf(children));
                    resources.put(name, folder);
                    resources.put(name + "/", folder);
                });
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public URL location() {
        return location;
    }

    @Override
    public @Nullable Resource find(String name) {
        return resources.get(name);
    }

    @Override
    public @Nullable Resource exactly(String name) {
        return resources.get(name);
    }

    @Override
    public @Nullable Manifest manifest() {
        return null; // the JDK does not look for one in a folder
    }

    @Override
    public List<HeldFile> files() {
        return files;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /** A file as a resource. */
    record OneFile(FolderElement folder, HeldFile file) implements Resource {
        @Override
        public URL url() {
            return folder.urls.ofFile(file.path());
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public Instant modified() {
            return file.modified();
        }

        @Override
        public ByteBuffer read() {
            return file.content().asByteBuffer();
        }
    }

    /** A folder below as a resource. */
    record Listing(FolderElement folder, String name, List<String> children) implements Resource {
        @Override
        public URL url() {
            return folder.urls.ofFile(
                    name.isEmpty() ? folder.path + "/" : folder.path + "/" + name + "/");
        }

        @Override
        public long size() {
            return 0;
        }

        @Override
        public Instant modified() {
            return Instant.EPOCH;
        }

        @Override
        public ByteBuffer read() {
            StringBuilder text = new StringBuilder();
            children.forEach(child -> text.append(child).append('\n'));
            return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
