package org.cofferdam.libos.image;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The modules of the JDK that classes name, in their constant pools: what {@code jdeps --print-module-deps} says, but it
 * also says it of a jar whose module descriptor requires modules that are not there, where jdeps refuses.
 *
 * <p>What a program finds by name at run time cannot be seen here, nor can providers of services.
 */
final class NeededModules {
    /** Descriptors and signatures: each class in them stands between L and a semicolon or a bracket. */
    private static final Pattern IN_DESCRIPTOR =
            Pattern.compile("L([a-zA-Z0-9_$/]+)/[a-zA-Z0-9_$]+[;<]");

    private final Map<String, String> moduleOfPackage = new HashMap<>();
    private final Set<String> ownPackages = new HashSet<>();
    private final Set<String> needed = new HashSet<>();

    /** Asks of the modules of the runtime that this process runs on. */
    NeededModules() {
        ModuleFinder.ofSystem()
                .findAll()
                .forEach(
                        found -> {
                            ModuleDescriptor module = found.descriptor();
                            for (String name : module.packages()) {
                                moduleOfPackage.put(name.replace('.', '/'), module.name());
                            }
                        });
    }

    /** The modules so far, and java.base. */
    Set<String> modules() {
        Set<String> modules = new TreeSet<>(Set.of("java.base"));
        for (String name : needed) {
            String module = ownPackages.contains(name) ? null : moduleOfPackage.get(name);
            if (module != null) {
                modules.add(module);
            }
        }
        return modules;
    }

    /** Looks at all classes of a jar or a folder. */
    void add(Path element) throws IOException {
        if (Files.isDirectory(element)) {
            try (Stream<Path> files = Files.walk(element)) {
                for (Path file : files.filter(f -> isClass(f.toString())).toList()) {
                    look(Files.readAllBytes(file));
                }
            }
            return;
        }
        try (JarFile jar = new JarFile(element.toFile())) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                if (isClass(entry.getName())) {
                    try (var in = jar.getInputStream(entry)) {
                        look(in.readAllBytes());
                    }
                }
            }
        }
    }

    private static boolean isClass(String name) {
        return name.endsWith(".class") && !name.endsWith("module-info.class");
    }

    private void look(byte[] bytes) {
        ClassModel model;
        try {
            model = ClassFile.of().parse(bytes);
            ownPackages.add(packageOf(model.thisClass().asInternalName()));
            for (PoolEntry entry : model.constantPool()) {
                switch (entry) {
                    case ClassEntry type -> need(type.asInternalName());
                    case Utf8Entry text -> descriptor(text.stringValue());
                    default -> {}
                }
            }
        } catch (IllegalArgumentException notAClass) {
            return; // a file of this name that the JVM would not load either
        }
    }

    private void need(String internalName) {
        if (internalName.startsWith("[")) {
            descriptor(internalName);
        } else {
            needed.add(packageOf(internalName));
        }
    }

    private void descriptor(String text) {
        if (text.indexOf(';') < 0) {
            return;
        }
        Matcher m = IN_DESCRIPTOR.matcher(text);
        while (m.find()) {
            needed.add(m.group(1));
        }
    }

    private static String packageOf(String internalName) {
        return internalName.substring(0, Math.max(0, internalName.lastIndexOf('/')));
    }
}
