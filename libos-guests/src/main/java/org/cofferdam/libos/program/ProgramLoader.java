package org.cofferdam.libos.program;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.security.CodeSource;
import java.security.SecureClassLoader;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Attributes.Name;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * The class loader of the program: classes and resources from a class path in memory.
 *
 * <p>The program does not see the library OS's own class path, so that it may bring other versions of the same jars. It
 * sees, in this order: classes of the library OS itself (the JDK asks for its service providers by name), the JDK, and
 * its own class path.
 *
 * <p>The JVM may be started with {@code -Djava.system.class.loader=org.cofferdam.libos.program.ProgramLoader}. Then this
 * is what {@code ClassLoader.getSystemClassLoader()} returns: until {@link Program#load} fills it, a mere front of the
 * JDK's own class loader, afterwards the program's. Programs that look things up through the system class loader need
 * that.
 */
public final class ProgramLoader extends SecureClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final List<String> LIBRARY =
            List.of("org.cofferdam.libos.", "org.cofferdam.binding.");
    private static final String JDK_SERVICES = "META-INF/services/java.";

    private final ClassLoader library;
    private volatile List<ClassPathElement> elements = List.of();
    private volatile Set<String> jdkPackagesOfLibrary = Set.of();
    private volatile @Nullable ClassPathElement services;
    private volatile boolean filled;

    /**
     * Makes a loader that is still empty; the JVM calls this very early, when files must be left alone.
     *
     * @param library the class loader of the library OS
     */
    public ProgramLoader(ClassLoader library) {
        super("program", ClassLoader.getPlatformClassLoader());
        this.library = library;
    }

    /**
     * From now on it serves these. Called once, before the program runs.
     *
     * @param librarysServices what the library OS provides to the JDK, in {@code META-INF/services}
     */
    void fill(List<ClassPathElement> classPath, ClassPathElement librarysServices) {
        if (filled) {
            throw new IllegalStateException("there is one program in a process");
        }
        // Tools of the JDK, such as the compiler, are defined by the same class loader as the
        // library OS.
        Set<String> packages = new HashSet<>();
        for (Module module : ModuleLayer.boot().modules()) {
            if (Objects.equals(module.getClassLoader(), library)) {
                packages.addAll(module.getPackages());
            }
        }
        jdkPackagesOfLibrary = Set.copyOf(packages);
        elements = List.copyOf(classPath);
        services = librarysServices;
        filled = true;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> found = findLoadedClass(name);
            if (found == null) {
                found = isLibrarys(name) ? ofLibrary(name) : super.loadClass(name, false);
            }
            if (resolve) {
                resolveClass(found);
            }
            return found;
        }
    }

    private Class<?> ofLibrary(String name) throws ClassNotFoundException {
        try {
            return library.loadClass(name);
        } catch (ClassNotFoundException notThere) {
            return super.loadClass(name, false); // a program may have packages below the library's
        }
    }

    private boolean isLibrarys(String className) {
        if (!filled) {
            return true;
        }
        for (String prefix : LIBRARY) {
            if (className.startsWith(prefix)) {
                return true;
            }
        }
        int dot = className.lastIndexOf('.');
        return dot > 0 && jdkPackagesOfLibrary.contains(className.substring(0, dot));
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        for (ClassPathElement element : elements) {
            Resource found = element.find(file);
            if (found != null) {
                try {
                    return define(name, element, found);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }
        throw new ClassNotFoundException(name);
    }

    private Class<?> define(String name, ClassPathElement from, Resource what) throws IOException {
        int dot = name.lastIndexOf('.');
        if (dot > 0) {
            definePackage(name.substring(0, dot), from);
        }
        ByteBuffer bytes = what.read();
        CodeSource source = new CodeSource(from.location(), (Certificate[]) null);
        return defineClass(name, bytes, source);
    }

    /** As the JDK does: attributes of the package's section, else of the main section; sealed against other jars. */
    private void definePackage(String name, ClassPathElement from) throws IOException {
        Manifest manifest = from.manifest();
        Package there = getDefinedPackage(name);
        if (there == null) {
            try {
                definePackage(
                        name,
                        value(manifest, name, Name.SPECIFICATION_TITLE),
                        value(manifest, name, Name.SPECIFICATION_VERSION),
                        value(manifest, name, Name.SPECIFICATION_VENDOR),
                        value(manifest, name, Name.IMPLEMENTATION_TITLE),
                        value(manifest, name, Name.IMPLEMENTATION_VERSION),
                        value(manifest, name, Name.IMPLEMENTATION_VENDOR),
                        isSealed(manifest, name) ? from.location() : null);
                return;
            } catch (IllegalArgumentException anotherThreadWasFirst) {
                there = getDefinedPackage(name);
            }
        }
        if (there == null) {
            return;
        }
        if (there.isSealed() ? !there.isSealed(from.location()) : isSealed(manifest, name)) {
            throw new SecurityException(
                    "package " + name + " is sealed, and " + from.path() + " has classes of it");
        }
    }

    private static boolean isSealed(@Nullable Manifest manifest, String packageName) {
        String sealed = value(manifest, packageName, Name.SEALED);
        return sealed != null && sealed.toLowerCase(Locale.ROOT).equals("true");
    }

    private static @Nullable String value(
            @Nullable Manifest manifest, String packageName, Name attribute) {
        if (manifest == null) {
            return null;
        }
        Attributes own = manifest.getAttributes(packageName.replace('.', '/') + "/");
        String value = own == null ? null : own.getValue(attribute);
        return value != null ? value : manifest.getMainAttributes().getValue(attribute);
    }

    @Override
    public @Nullable URL getResource(String name) {
        if (!filled) {
            return library.getResource(name);
        }
        return super.getResource(name);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        if (!filled) {
            return library.getResources(name);
        }
        Enumeration<URL> found = super.getResources(name);
        if (!name.startsWith(JDK_SERVICES)) {
            return found;
        }
        // The JDK finds the library OS's service providers through the system class loader, which
        // this may be.
        ClassPathElement librarys = services;
        Resource ours = librarys == null ? null : librarys.find(name);
        if (ours == null) {
            return found;
        }
        List<URL> all = new ArrayList<>();
        all.add(ours.url());
        all.addAll(Collections.list(found));
        return Collections.enumeration(all);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        if (!filled) {
            return library.getResourceAsStream(name);
        }
        ClassLoader parent = getParent();
        InputStream ofTheJdk = parent == null ? null : parent.getResourceAsStream(name);
        if (ofTheJdk != null) {
            return ofTheJdk;
        }
        Resource found = first(name);
        try {
            return found == null
                    ? null
                    : new ByteArrayInputStream(ArchiveElement.bytes(found.read()));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }

    @Override
    protected @Nullable URL findResource(String name) {
        Resource found = first(name);
        return found == null ? null : found.url();
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        List<URL> found = new ArrayList<>();
        for (ClassPathElement element : elements) {
            Resource each = element.find(name);
            if (each != null) {
                found.add(each.url());
            }
        }
        return Collections.enumeration(found);
    }

    private @Nullable Resource first(String name) {
        for (ClassPathElement element : elements) {
            Resource found = element.find(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
