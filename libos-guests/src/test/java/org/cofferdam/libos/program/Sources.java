package org.cofferdam.libos.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Programs for the tests, compiled from text by the JDK's compiler and packed by its jar writer. */
public final class Sources {
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Manifest manifest = new Manifest();
    private String classPath = "/none";

    public Sources() {
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    }

    /** A class, by its full name. */
    public Sources type(String name, String source) {
        int dot = name.lastIndexOf('.');
        sources.put(name, dot < 0 ? source : "package " + name.substring(0, dot) + ";" + source);
        return this;
    }

    /** A class whose whole source is a resource of the tests, {@code folder/Name.java}. */
    public Sources source(String resource) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(Sources.class.getResourceAsStream("/" + resource))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            sources.put(resource.replace(".java", "").replace('/', '.'), text);
        }
        return this;
    }

    /** A file that is no class. */
    public Sources file(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** A file of any bytes. */
    public Sources raw(String name, byte[] bytes) {
        files.put(name, bytes);
        return this;
    }

    /** An attribute of the manifest's main section. */
    public Sources attribute(String name, String value) {
        manifest.getMainAttributes().putValue(name, value);
        return this;
    }

    /** An attribute of another section. */
    public Sources attribute(String section, String name, String value) {
        manifest.getEntries().computeIfAbsent(section, s -> new Attributes()).putValue(name, value);
        return this;
    }

    /** What the classes are compiled against. */
    public Sources against(Path... jars) {
        classPath = String.join(":", Stream.of(jars).map(Path::toString).toList());
        return this;
    }

    /** Writes all into a folder. */
    public Path folder(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> each : all().entrySet()) {
            Path file = folder.resolve(each.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
        return folder;
    }

    /** Writes all into a jar with entries for folders. */
    public Path jar(Path jar) throws IOException {
        Files.createDirectories(jar.getParent());
        Map<String, byte[]> all = all();
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream to = new JarOutputStream(out, manifest)) {
            List<String> folders = new ArrayList<>();
            for (Map.Entry<String, byte[]> each : all.entrySet()) {
                String name = each.getKey();
                for (int at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
                    String folder = name.substring(0, at + 1);
                    if (!folders.contains(folder) && !folder.equals("META-INF/")) {
                        folders.add(folder);
                        to.putNextEntry(new ZipEntry(folder));
                        to.closeEntry();
                    }
                }
                to.putNextEntry(new ZipEntry(name));
                to.write(each.getValue());
                to.closeEntry();
            }
        }
        return jar;
    }

    private Map<String, byte[]> all() throws IOException {
        Map<String, byte[]> all = new TreeMap<>(files);
        if (!sources.isEmpty()) {
            all.putAll(compiled());
        }
        return all;
    }

    /** The classes as the compiler made them, by their file's name. */
    public Map<String, byte[]> compiled() throws IOException {
        Path out = Files.createTempDirectory("classes");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-d", out.toString(), "-proc:none", "-classpath", classPath);
            List<JavaFileObject> units = new ArrayList<>();
            sources.forEach((name, text) -> units.add(new Text(name, text)));
            if (!compiler.getTask(null, manager, null, options, null, units).call()) {
                throw new IllegalStateException("the test's program does not compile");
            }
            Map<String, byte[]> classes = new TreeMap<>();
            try (Stream<Path> found = Files.walk(out)) {
                found.filter(Files::isRegularFile)
                        .forEach(f -> classes.put(out.relativize(f).toString(), bytes(f)));
            }
            return classes;
        } finally {
            try (Stream<Path> found = Files.walk(out)) {
                for (Path each : found.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(String name, String text) {
            super(URI.create("text:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
