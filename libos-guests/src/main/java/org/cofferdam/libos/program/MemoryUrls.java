package org.cofferdam.libos.program;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cofferdam.libos.files.HeldFile;
import org.jspecify.annotations.Nullable;

/**
 * The {@code jar:} and {@code file:} addresses of what is on the class path. They look like the JDK's and open from
 * memory; what is not on the class path is opened through {@code java.nio.file}. Any thread.
 */
public class MemoryUrls extends URLStreamHandler {
    /** What the process's one program has, where it is loaded by the system class loader. */
    private static final Map<String, ClassPathElement> OF_THE_PROCESS = new ConcurrentHashMap<>();

    private static final String SEPARATOR = "!/";
    private static final String PACKAGES = "java.protocol.handler.pkgs";

    private final Map<String, ClassPathElement> elements;

    /** Opens what the process's one program has. */
    protected MemoryUrls() {
        this(OF_THE_PROCESS);
    }

    private MemoryUrls(Map<String, ClassPathElement> elements) {
        super();
        this.elements = elements;
    }

    /** Addresses of a program that is not the process's only one. */
    static MemoryUrls ofAnotherProgram() {
        return new MemoryUrls(new ConcurrentHashMap<>());
    }

    /**
     * Addresses of the process's one program. From now on the JDK opens {@code jar:} addresses here, also those that
     * the program makes of text; {@code file:} it lets nobody else have.
     */
    static MemoryUrls ofTheProcess() {
        String before = System.getProperty(PACKAGES);
        String own = MemoryUrls.class.getPackageName();
        System.setProperty(PACKAGES, before == null ? own : own + "|" + before);
        MemoryUrls made = new MemoryUrls();
        try {
            URI.create("jar:file:/none" + SEPARATOR)
                    .toURL(); // the JDK looks once, and keeps what it found
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
        return made;
    }

    void add(ClassPathElement element) {
        elements.putIfAbsent(element.path(), element);
    }

    URL ofFile(String path) {
        return url("file:" + escaped(path));
    }

    URL ofEntry(String jar, String name) {
        return url("jar:file:" + escaped(jar) + SEPARATOR + escaped("/" + name).substring(1));
    }

    /** The constructor, for {@code URL.of} leaves nobody another handler of {@code file:}. */
    @SuppressWarnings("deprecation")
    private URL url(String text) {
        try {
            return new URL(null, text, this);
        } catch (MalformedURLException e) {
            throw new IllegalStateException(text, e);
        }
    }

    private static String escaped(String path) {
        try {
            return new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(path, e);
        }
    }

    @Override
    protected URLConnection openConnection(URL url) throws IOException {
        return url.getProtocol().equals("jar")
                ? new MemoryJarConnection(url, this)
                : new MemoryConnection(url, file(url));
    }

    /** Addresses within the jar: {@code /name} is counted from its root, as with the JDK's own. */
    @Override
    protected void parseURL(URL url, String spec, int start, int limit) {
        String file = url.getFile();
        int root = file == null ? -1 : file.indexOf(SEPARATOR);
        if (root >= 0
                && start < limit
                && spec.charAt(start) == '/'
                && !spec.startsWith("//", start)) {
            String path = file.substring(0, root + 1) + spec.substring(start, limit);
            setURL(url, url.getProtocol(), "", -1, "", null, path, null, url.getRef());
        } else {
            super.parseURL(url, spec, start, limit);
        }
    }

    /** No names are resolved to compare two addresses. */
    @Override
    protected @Nullable InetAddress getHostAddress(URL url) {
        return null;
    }

    /** What a {@code file:} address stands for. */
    private Resource file(URL url) throws IOException {
        String path = path(url.toString());
        Resource found = held(path);
        return found != null ? found : elsewhere(path, url);
    }

    private @Nullable Resource held(String path) {
        ClassPathElement whole = elements.get(trimmed(path));
        if (whole instanceof ArchiveElement jar) {
            return new Whole(jar.location(), jar.files().getFirst());
        }
        for (ClassPathElement element : elements.values()) {
            if (element instanceof FolderElement folder && path.startsWith(folder.path() + "/")) {
                Resource found = folder.exactly(path.substring(folder.path().length() + 1));
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static String trimmed(String path) {
        return path.endsWith("/") && path.length() > 1
                ? path.substring(0, path.length() - 1)
                : path;
    }

    private static Resource elsewhere(String path, URL url) throws IOException {
        HeldFile file = read(path);
        return new Whole(url, file);
    }

    private static HeldFile read(String path) throws IOException {
        try {
            Path place = Path.of(path);
            Instant modified = Files.getLastModifiedTime(place).toInstant();
            return new HeldFile(path, MemorySegment.ofArray(Files.readAllBytes(place)), modified);
        } catch (InvalidPathException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The jar that the first half of a {@code jar:} address names. */
    ArchiveElement jar(URL jar) throws IOException {
        String path = path(jar.toString());
        if (elements.get(path) instanceof ArchiveElement held) {
            return held;
        }
        return new ArchiveElement(read(path), this);
    }

    static String path(String url) throws IOException {
        try {
            URI uri = new URI(url.replace(" ", "%20"));
            String path = uri.getPath();
            if (!"file".equals(uri.getScheme()) || path == null) {
                throw new IOException(
                        "a guest opens jar: and file: addresses of files only, not " + url);
            }
            return path;
        } catch (URISyntaxException e) {
            throw new FileNotFoundException(url + " (" + e.getReason() + ")");
        }
    }

    /** A whole file as a resource. */
    private record Whole(URL url, HeldFile file) implements Resource {
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
}
