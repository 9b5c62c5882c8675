package org.cofferdam.libos.program;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.cofferdam.libos.files.HeldFile;
import org.jspecify.annotations.Nullable;

/**
 * A program that is ready to run from memory: {@link #load} reads it, {@link #run} calls its main method. Between the
 * two the process may lose all its files.
 *
 * <p>It costs the bytes of the jars as they are, outside the heap, and about 150 bytes and a name of heap for each entry.
 */
public final class Program {
    private final ProgramLoader loader;
    private final List<ClassPathElement> elements;
    private final String classPath;
    private final String command;
    private final @Nullable String mainModule;
    private final MainMethod main;

    private Program(
            ProgramLoader loader,
            List<ClassPathElement> elements,
            String classPath,
            String command,
            @Nullable String mainModule,
            MainMethod main) {
        this.loader = loader;
        this.elements = elements;
        this.classPath = classPath;
        this.command = command;
        this.mainModule = mainModule;
        this.main = main;
    }

    /**
     * Reads the program and loads its main class, which is not yet initialized. Once in a process that was started with
     * {@link ProgramLoader} as its system class loader; in others, each call makes a loader of its own.
     *
     * @param host where the class path lies
     * @throws ProgramException if it has no main method that can be called, or wants what a guest has not
     * @throws IOException if a file cannot be read, or a jar is broken
     */
    public static Program load(ProgramSource source, FileSystem host)
            throws ProgramException, IOException {
        ClassLoader system = ClassLoader.getSystemClassLoader();
        boolean isSystem = system instanceof ProgramLoader;
        MemoryUrls urls = isSystem ? MemoryUrls.ofTheProcess() : MemoryUrls.ofAnotherProgram();
        ClassPathReader reader = new ClassPathReader(host, urls);
        ProgramLoader loader = isSystem ? (ProgramLoader) system : new ProgramLoader(system);
        ClassPathElement services = LibraryClasses.services(host, urls);
        try {
            return switch (source) {
                case ProgramSource.ClassPath(String classPath, String mainClass) -> {
                    reader.addAll(classPath);
                    loader.fill(reader.elements(), services);
                    MainMethod main = main(loader, mainClass);
                    yield new Program(loader, reader.elements(), classPath, mainClass, null, main);
                }
                case ProgramSource.Jar(String jar) -> {
                    reader.add(host.getPath(jar));
                    if (reader.elements().isEmpty()) {
                        throw new ProgramException("there is no " + jar);
                    }
                    String mainClass = mainClass(jar, reader.elements().getFirst());
                    loader.fill(reader.elements(), services);
                    MainMethod main = main(loader, mainClass);
                    yield new Program(loader, reader.elements(), jar, jar, null, main);
                }
                case ProgramSource.Module(String module, var mainClass) -> {
                    Module found = module(module);
                    String name =
                            mainClass
                                    .or(() -> found.getDescriptor().mainClass())
                                    .orElseThrow(
                                            () ->
                                                    new ProgramException(
                                                            "module "
                                                                    + module
                                                                    + " has no main class; say"
                                                                    + " which: "
                                                                    + module
                                                                    + "/CLASS"));
                    loader.fill(List.of(), services);
                    Class<?> type = Class.forName(found, name);
                    if (type == null) {
                        throw new ProgramException("there is no " + name + " in module " + module);
                    }
                    String command = mainClass.isEmpty() ? module : module + "/" + name;
                    yield new Program(loader, List.of(), "", command, module, MainMethod.of(type));
                }
            };
        } catch (InvalidPathException e) {
            throw new ProgramException("a path cannot be: " + e.getMessage(), e);
        }
    }

    /**
     * What the JVM's command line needs for this program, beyond what all guests need: a module that must be there, and
     * what the manifest of a main jar exports or opens. For whoever starts the JVM.
     *
     * @param host where the jar lies
     */
    public static List<String> jvmOptions(ProgramSource source, FileSystem host)
            throws ProgramException, IOException {
        List<String> options = new ArrayList<>();
        switch (source) {
            case ProgramSource.ClassPath classPath -> {}
            case ProgramSource.Jar(String jar) -> {
                Path place = host.getPath(jar);
                try (JarFile file = new JarFile(place.toFile())) {
                    Manifest manifest = file.getManifest();
                    if (manifest != null) {
                        Attributes all = manifest.getMainAttributes();
                        addEach(options, "--add-exports=", all.getValue("Add-Exports"));
                        addEach(options, "--add-opens=", all.getValue("Add-Opens"));
                    }
                }
            }
            case ProgramSource.Module(String module, var mainClass) -> {
                ModuleDescriptor descriptor =
                        ModuleFinder.ofSystem()
                                .find(module)
                                .map(ModuleReference::descriptor)
                                .orElseThrow(() -> noModule(module));
                options.add("--add-modules=" + module);
                mainClass
                        .or(descriptor::mainClass)
                        .map(name -> name.substring(0, Math.max(0, name.lastIndexOf('.'))))
                        .ifPresent(
                                p ->
                                        options.add(
                                                "--add-opens="
                                                        + module
                                                        + "/"
                                                        + p
                                                        + "=ALL-UNNAMED"));
            }
        }
        return options;
    }

    /** The program's class loader. */
    public ClassLoader loader() {
        return loader;
    }

    /** The jars and the files of folders, for the guest's file system to show them at their places. */
    public List<HeldFile> files() {
        return elements.stream().flatMap(element -> element.files().stream()).toList();
    }

    /** What the program's files hold outside the heap, in bytes. */
    public long bytes() {
        return elements.stream().mapToLong(ClassPathElement::bytes).sum();
    }

    /**
     * Runs the program on the calling thread, with the class loader as the thread's own and the system properties that
     * the {@code java} command would have set. Returns when its main method does; threads that it started may go on.
     *
     * @throws Throwable what the main method threw, as it is
     */
    public void run(String... arguments) throws Throwable {
        System.setProperty("java.class.path", classPath);
        System.setProperty(
                "sun.java.command",
                arguments.length == 0 ? command : command + " " + String.join(" ", arguments));
        if (mainModule != null) {
            System.setProperty("jdk.module.main", mainModule);
        }
        Thread.currentThread().setContextClassLoader(loader);
        main.run(arguments);
    }

    private static MainMethod main(ProgramLoader loader, String mainClass) throws ProgramException {
        try {
            return MainMethod.of(Class.forName(mainClass.replace('/', '.'), false, loader));
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ProgramException(
                    "the main class " + mainClass + " cannot be loaded: " + e, e);
        }
    }

    static String mainClass(String jar, ClassPathElement element)
            throws IOException, ProgramException {
        Manifest manifest = element.manifest();
        Attributes all = manifest == null ? new Attributes() : manifest.getMainAttributes();
        String mainClass = all.getValue(Attributes.Name.MAIN_CLASS);
        if (mainClass == null) {
            throw new ProgramException("the manifest of " + jar + " has no Main-Class");
        }
        if (all.getValue("Launcher-Agent-Class") != null) {
            throw new ProgramException(
                    "the manifest of "
                            + jar
                            + " has a Launcher-Agent-Class; guests have no agents");
        }
        return mainClass.strip();
    }

    private static Module module(String name) throws ProgramException {
        return ModuleLayer.boot().findModule(name).orElseThrow(() -> noModule(name));
    }

    private static ProgramException noModule(String name) {
        return new ProgramException(
                "there is no module "
                        + name
                        + " in this runtime; one that is there but not resolved needs"
                        + " --add-modules="
                        + name
                        + " on the JVM's command line");
    }

    private static void addEach(List<String> options, String option, @Nullable String packages) {
        if (packages != null) {
            for (String each : packages.strip().split("\\s+", -1)) {
                options.add(option + each + "=ALL-UNNAMED");
            }
        }
    }
}
