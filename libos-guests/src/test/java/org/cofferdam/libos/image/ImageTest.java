package org.cofferdam.libos.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.cofferdam.libos.program.ChildJvm;
import org.cofferdam.libos.program.ProgramSource;
import org.cofferdam.libos.program.Sources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Images are made with the JDK's own tools, and run. */
final class ImageTest {
    @TempDir Path folder;

    private record Said(int exit, String out, String err) {}

    /** Runs the command as from an installation, which has no test libraries. */
    private static Said image(String... arguments) {
        String all = System.getProperty("java.class.path");
        List<String> installed =
                Stream.of(all.split(":", -1))
                        .filter(
                                part ->
                                        !part.matches(
                                                ".*/(junit|jazzer|awaitility|hamcrest|opentest4j|apiguardian)[^/]*"))
                        .toList();
        System.setProperty("java.class.path", String.join(":", installed));
        try {
            return runCommand(arguments);
        } finally {
            System.setProperty("java.class.path", all);
        }
    }

    private static Said runCommand(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit =
                new CommandLine(new ImageCommand())
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .setStopAtPositional(true)
                        .execute(arguments);
        return new Said(exit, out.toString(), err.toString());
    }

    private Path jar() throws IOException {
        Path lib =
                new Sources()
                        .type("q.Lib", "public class Lib { public static String s = \"library\"; }")
                        .jar(folder.resolve("deps/lib.jar"));
        return new Sources()
                .against(lib)
                .attribute("Main-Class", "guestprogram.UsesFiles")
                .attribute("Class-Path", "deps/lib.jar")
                .source("guestprogram/UsesFiles.java")
                .type(
                        "guestprogram.Other",
                        "class Other { java.util.logging.Logger l; String s = q.Lib.s; }")
                .file("found.txt", "found")
                .jar(folder.resolve("app.jar"));
    }

    @Test
    void aPackedProgramRunsFromItsImageAlone() throws Exception {
        Path jar = jar();
        Path files = Files.createDirectories(folder.resolve("files/etc"));
        Files.writeString(files.resolve("motd"), "packed");
        Path archive = folder.resolve("app.tar.gz");
        Said said =
                image(
                        "--output",
                        archive.toString(),
                        "--files",
                        folder.resolve("files").toString(),
                        "--add-modules",
                        "jdk.localedata",
                        "-o",
                        "json",
                        "--",
                        "-Dgreeting=good day",
                        jar.toString(),
                        "first");
        assertEquals(0, said.exit(), said.err());
        assertTrue(said.err().contains("[4/4]"), said.err());
        assertTrue(
                said.out().startsWith("{\"image\":\"" + archive + "\",\"bytes\":")
                        && said.out().contains("\"java.logging\",")
                        && said.out().contains("\"jdk.localedata\"")
                        && !said.out().contains("java.desktop"),
                said.out());
        Files.delete(jar);
        Files.delete(folder.resolve("deps/lib.jar"));
        Path output = folder.resolve("app");
        ChildJvm.Ended unpacked =
                ChildJvm.run(
                        List.of("tar", "-xzf", archive.toString(), "-C", folder.toString()),
                        Map.of());
        assertEquals(0, unpacked.exit(), unpacked.text());

        PackedImage image = PackedImage.read(output);
        assertEquals(List.of("greeting=good day"), image.properties());
        assertEquals(List.of("first"), image.arguments());
        assertEquals("packed", Files.readString(image.files().orElseThrow().resolve("etc/motd")));
        ProgramSource.ClassPath source = (ProgramSource.ClassPath) image.source();
        assertEquals("guestprogram.UsesFiles", source.mainClass());
        assertEquals(
                output + "/program/app.jar:" + output + "/program/lib.jar", source.classPath());
        runsConfined(image, source);
        assertTrue(Files.isExecutable(output.resolve("start")));
        assertEquals(0, ChildJvm.run(List.of("sh", "-n", output + "/start"), Map.of()).exit());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(
                    List.of("app", "app.tar.gz", "deps", "files"),
                    left.map(p -> String.valueOf(p.getFileName())).sorted().toList());
        }
    }

    @Test
    void aModuleOfTheRuntimeIsPackedAndAnImageReplaced() throws Exception {
        Path output = Files.createDirectory(folder.resolve("server"));
        Files.createFile(output.resolve("old"));
        Said said =
                image(
                        "-O",
                        output.toString(),
                        "--replace",
                        "--",
                        "-m",
                        "jdk.httpserver",
                        "-p",
                        "80");
        assertEquals(0, said.exit(), said.err());
        assertTrue(said.out().startsWith(output + ": "), said.out());
        PackedImage image = PackedImage.read(output);
        assertEquals(new ProgramSource.Module("jdk.httpserver", Optional.empty()), image.source());
        assertEquals(List.of("-p", "80"), image.arguments());
        assertFalse(Files.exists(output.resolve("old")));
        ChildJvm.Ended ended =
                ChildJvm.run(
                        image.runtime(),
                        List.of(),
                        List.of("-m", "jdk.httpserver", "-version"),
                        Map.of());
        assertEquals(0, ended.exit(), ended.text());
        assertTrue(ended.text().contains("25"), ended.text());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(1, left.count(), "nothing is left behind");
        }
    }

    /** In the image's runtime the JVM reads compressed classes from its mapping: not even pread64 is allowed here. */
    private void runsConfined(PackedImage image, ProgramSource.ClassPath source) throws Exception {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "a filter without no_new_privs needs root");
        List<String> calls = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("src/test/resources/no-files.list"))) {
            if (!line.startsWith("pread64")) {
                calls.add(line);
            }
        }
        Path list = Files.write(folder.resolve("files/no-pread.list"), calls);
        List<String> library = image.library().stream().map(Path::toString).toList();
        ChildJvm.Ended ended =
                ChildJvm.run(
                        image.runtime(),
                        List.of(
                                "--patch-module",
                                "java.base=" + image.javaBase().orElseThrow(),
                                "-Dpatched=true",
                                "-Djava.system.class.loader=org.cofferdam.libos.program.ProgramLoader",
                                "-Djava.nio.file.spi.DefaultFileSystemProvider="
                                        + "org.cofferdam.libos.files.GuestFileSystemProvider",
                                "-cp",
                                String.join(":", library)),
                        List.of(
                                "org.cofferdam.libos.program.ConfinedChild",
                                list.toString(),
                                source.classPath().split(":", -1)[0]),
                        Map.of());
        assertTrue(ended.out().contains("own jar: found"), ended.text());
        assertTrue(ended.out().contains("zip: zipped"), ended.text());
        assertTrue(ended.out().contains("missing []"), ended.text());
        assertEquals(0, ended.exit(), ended.text());
    }

    @Test
    void whatIsWrongIsToldWithItsExitCodeAndLeavesNothing() throws IOException {
        Path jar = jar();
        Path there = Files.createDirectory(folder.resolve("there"));
        String output = folder.resolve("new").toString();
        record Case(int exit, String sentence, List<String> arguments) {}
        for (Case each :
                List.of(
                        new Case(2, "Missing required option", List.of("--", jar.toString())),
                        new Case(2, "there is no program", List.of("-O", output, "--")),
                        new Case(
                                2,
                                "is neither a jar nor a class",
                                List.of("-O", output, "--", "Main")),
                        new Case(
                                2,
                                "is there already",
                                List.of("-O", there.toString(), "--", jar.toString())),
                        new Case(
                                2,
                                "is no folder",
                                List.of("-O", output, "--files", "none", "--", jar.toString())),
                        new Case(
                                2,
                                "is no name of a module",
                                List.of(
                                        "-O",
                                        output,
                                        "--add-modules",
                                        "a b",
                                        "--",
                                        jar.toString())),
                        new Case(
                                3, "there is no none.jar", List.of("-O", output, "--", "none.jar")),
                        new Case(
                                3,
                                "there is no no.Such on",
                                List.of("-O", output, "--", "-cp", jar.toString(), "no.Such")),
                        new Case(
                                3,
                                "no folder that can be written",
                                List.of("-O", "/no/such/place", "--", jar.toString())),
                        new Case(
                                5,
                                "jlink failed",
                                List.of(
                                        "-O",
                                        output,
                                        "--add-modules",
                                        "no.such",
                                        "--",
                                        jar.toString())))) {
            Said said = image(each.arguments().toArray(String[]::new));
            assertEquals(each.exit(), said.exit(), each.sentence() + ": " + said.err());
            assertTrue(said.err().contains(each.sentence()), said.err());
        }
        assertFalse(Files.exists(Path.of(output)));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(3, left.count(), "nothing is left behind");
        }
    }

    @Test
    void theModulesAreThoseThatJdepsFinds() throws Exception {
        Path jar =
                new Sources()
                        .attribute("Main-Class", "guestprogram.Everything")
                        .source("guestprogram/Everything.java")
                        .jar(folder.resolve("every.jar"));
        NeededModules own = new NeededModules();
        own.add(jar);
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        int exit =
                ToolProvider.findFirst("jdeps")
                        .orElseThrow()
                        .run(
                                new java.io.PrintStream(out, true),
                                System.err,
                                "--multi-release",
                                "25",
                                "--print-module-deps",
                                "--ignore-missing-deps",
                                jar.toString());
        assertEquals(0, exit);
        Set<String> jdeps =
                new TreeSet<>(List.of(out.toString(StandardCharsets.UTF_8).strip().split(",", -1)));
        // jdeps leaves out what another of its modules requires transitively.
        assertTrue(own.modules().containsAll(jdeps), own.modules() + " and " + jdeps);
        for (String each : own.modules()) {
            assertTrue(jdeps.contains(each) || isImplied(each, jdeps), each + " and " + jdeps);
        }
    }

    private static boolean isImplied(String module, Set<String> by) {
        return by.stream()
                .flatMap(name -> ModuleLayer.boot().findModule(name).stream())
                .flatMap(m -> m.getDescriptor().requires().stream())
                .anyMatch(r -> r.name().equals(module));
    }

    @Test
    void aForgedDescriptionLeadsNowhere() throws IOException {
        Path image = folder.resolve("i");
        Files.createDirectories(image.resolve("runtime/bin"));
        Path java = Files.createFile(image.resolve("runtime/bin/java"));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (List<String> each :
                List.of(
                        List.of("has format null", ""),
                        List.of("has format 2", "format=2"),
                        List.of("is not whole", "format=1"),
                        List.of("does not lie in it", "format=1\nlibrary.1=../../x.jar"),
                        List.of("does not lie in it", "format=1\nlibrary.1=/etc/x.jar"),
                        List.of(
                                "does not lie in it",
                                "format=1\nlibrary.1=l\nmain-class=M\nclass-path.1=../x"),
                        List.of("neither a main class", "format=1\nlibrary.1=libos/a.jar"),
                        List.of("cannot be read", "format=\\u12"))) {
            Files.writeString(image.resolve("image.properties"), each.getLast());
            IOException told = assertThrows(IOException.class, () -> PackedImage.read(image));
            assertTrue(told.toString().contains(each.getFirst()), told.toString());
        }
        IOException none = assertThrows(IOException.class, () -> PackedImage.read(folder));
        assertTrue(none.toString().contains("is no image"), none.toString());
    }
}
