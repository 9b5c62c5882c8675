package org.cofferdam.monitor.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites a jar's class files of before Java 6 in the format of Java 8, the code unchanged.
 *
 * <p>picocli's are of Java 5, and the JVM's start-up cache does not take classes without stack maps (JVM specification
 * 4.10.1): half of the time of {@code monitor --help} went into reading and verifying them. ops/install applies this to
 * its copy of picocli before it makes the caches. The JVM verifies the result like any class.
 *
 * <p>Arguments: the jar and the file to write.
 */
public final class ClassFileUpgrade {
    /** Class files from this on have stack maps (Java 6). */
    private static final int FIRST_WITH_STACK_MAPS = 50;

    private static final int JAVA_8 = 52;

    private ClassFileUpgrade() {}

    public static void main(String[] args) throws IOException {
        upgrade(Path.of(args[0]), Path.of(args[1]));
    }

    static void upgrade(Path from, Path to) throws IOException {
        Map<String, byte[]> entries = read(from);
        ClassFile classFile =
                ClassFile.of(
                        ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                        ClassFile.ClassHierarchyResolverOption.of(hierarchy(entries)));
        try (OutputStream file = Files.newOutputStream(to);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry same = new ZipEntry(entry.getKey());
                same.setTime(0); // the same input gives the same jar
                out.putNextEntry(same);
                boolean isClass = entry.getKey().endsWith(".class");
                out.write(isClass ? upgraded(classFile, entry.getValue()) : entry.getValue());
            }
        }
    }

    private static byte[] upgraded(ClassFile classFile, byte[] bytes) {
        var model = classFile.parse(bytes);
        if (model.majorVersion() >= FIRST_WITH_STACK_MAPS) {
            return bytes;
        }
        // Passing each instruction on makes the library write the method anew, with its stack map.
        ClassTransform code =
                ClassTransform.transformingMethodBodies((body, element) -> body.with(element));
        ClassTransform version =
                (builder, element) -> {
                    if (element instanceof ClassFileVersion) {
                        builder.withVersion(JAVA_8, 0);
                    } else {
                        builder.with(element);
                    }
                };
        return classFile.transformClass(model, code.andThen(version));
    }

    /** Who extends whom: in the jar, else in the JDK; what is in neither counts as a plain class. */
    private static ClassHierarchyResolver hierarchy(Map<String, byte[]> entries) {
        return ClassHierarchyResolver.ofResourceParsing(
                        name -> {
                            String descriptor = name.descriptorString(); // Lpackage/Name;
                            byte[] bytes =
                                    entries.get(
                                            descriptor.substring(1, descriptor.length() - 1)
                                                    + ".class");
                            return bytes == null ? null : new ByteArrayInputStream(bytes);
                        })
                .orElse(ClassHierarchyResolver.defaultResolver());
    }

    private static Map<String, byte[]> read(Path jar) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (InputStream file = Files.newInputStream(jar);
                ZipInputStream in = new ZipInputStream(file)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        }
        return entries;
    }
}
