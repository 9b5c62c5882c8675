package org.cofferdam.libos.program;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a program consists of, found without loading it: for who packs it.
 *
 * @param elements jars and folders in the order of the class path, with what manifests name
 * @param mainClass empty: the module's own
 * @param module the runtime's module that is run, if it is one
 */
public record ProgramParts(
        List<Path> elements, Optional<String> mainClass, Optional<String> module) {

    /**
     * Finds them. The program's files are read, as {@link Program#load} would, so broken ones are found too.
     *
     * @param host where the class path lies
     */
    public static ProgramParts of(ProgramSource source, FileSystem host)
            throws ProgramException, IOException {
        ClassPathReader reader = new ClassPathReader(host, MemoryUrls.ofAnotherProgram());
        try {
            return switch (source) {
                case ProgramSource.ClassPath(String classPath, String mainClass) -> {
                    reader.addAll(classPath);
                    String file = mainClass.replace('.', '/') + ".class";
                    if (reader.elements().stream().allMatch(e -> e.find(file) == null)) {
                        throw new ProgramException(
                                "there is no " + mainClass + " on the class path " + classPath);
                    }
                    yield parts(reader, host, Optional.of(mainClass));
                }
                case ProgramSource.Jar(String jar) -> {
                    reader.add(host.getPath(jar));
                    if (reader.elements().isEmpty()) {
                        throw new ProgramException("there is no " + jar);
                    }
                    String mainClass = Program.mainClass(jar, reader.elements().getFirst());
                    yield parts(reader, host, Optional.of(mainClass));
                }
                case ProgramSource.Module(String module, var mainClass) ->
                        new ProgramParts(List.of(), mainClass, Optional.of(module));
            };
        } catch (InvalidPathException e) {
            throw new ProgramException("a path cannot be: " + e.getMessage(), e);
        }
    }

    private static ProgramParts parts(
            ClassPathReader reader, FileSystem host, Optional<String> mainClass) {
        List<Path> places =
                reader.elements().stream().map(element -> host.getPath(element.path())).toList();
        return new ProgramParts(places, mainClass, Optional.empty());
    }
}
