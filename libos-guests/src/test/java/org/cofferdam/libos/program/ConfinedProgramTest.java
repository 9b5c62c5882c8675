package org.cofferdam.libos.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.cofferdam.libos.javaio.JavaBasePatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A program in a process that can open no file, by seccomp. It uses much of the JDK for the first time there: see
 * {@code guestprogram/Everything.java} among the resources.
 */
final class ConfinedProgramTest {
    private static final String SYSTEM_LOADER =
            "-Djava.system.class.loader=org.cofferdam.libos.program.ProgramLoader";

    private static final String DEFAULT_FILES = "java.nio.file.spi.DefaultFileSystemProvider";
    private static final String GUEST_FILES = "org.cofferdam.libos.files.GuestFileSystemProvider";

    @TempDir Path folder;

    @BeforeAll
    static void theFilterNeedsRoot() throws IOException {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "a filter without no_new_privs needs root");
    }

    private Path program() throws IOException {
        return new Sources()
                .attribute("Main-Class", "guestprogram.Everything")
                .source("guestprogram/Everything.java")
                .file("guestprogram/words.properties", "hello=hello")
                .file("guestprogram/words_de.properties", "hello=hallo")
                .type(
                        "guestprogram.A",
                        "public class A implements Runnable { public void run() {} }")
                .file("META-INF/services/java.lang.Runnable", "guestprogram.A")
                .jar(folder.resolve("app.jar"));
    }

    private static String list() {
        return Path.of(
                        Objects.requireNonNull(
                                        ConfinedProgramTest.class.getResource("/no-files.list"))
                                .getPath())
                .toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {SYSTEM_LOADER, "-D" + DEFAULT_FILES + "=" + GUEST_FILES})
    void whatTheJdkOpensLateIsThereWhenNothingCanBeOpened(String option) throws Exception {
        ChildJvm.Ended ended =
                ChildJvm.run(
                        List.of(SYSTEM_LOADER, option),
                        List.of(ConfinedChild.class.getName(), list(), program().toString()));
        assertEquals(0, ended.exit(), ended.text());
        assertTrue(ended.out().contains("missing []"), ended.text());
        List<String> failed =
                ended.out().stream().filter(line -> line.startsWith("FAILED")).toList();
        assertEquals(List.of(), failed);
        assertEquals(
                30, ended.out().stream().filter(l -> l.startsWith("ok ")).count(), ended.text());
    }

    @Test
    void withoutTheWarmUpTheSameProgramFails() throws Exception {
        ChildJvm.Ended ended =
                ChildJvm.run(
                        List.of(SYSTEM_LOADER, "-Dcold=true"),
                        List.of(
                                ConfinedChild.class.getName(),
                                list(),
                                program().toString(),
                                "zones",
                                "tls",
                                "management"));
        assertTrue(
                ended.out().stream().filter(line -> line.startsWith("FAILED")).count() >= 3,
                ended.text());
    }

    @Test
    void aProgramHasFilesWhereTheProcessHasNone() throws Exception {
        Path jar =
                new Sources()
                        .attribute("Main-Class", "guestprogram.UsesFiles")
                        .source("guestprogram/UsesFiles.java")
                        .file("found.txt", "found")
                        .jar(folder.resolve("app.jar"));
        ChildJvm.Ended ended =
                ChildJvm.run(
                        List.of(SYSTEM_LOADER, "-D" + DEFAULT_FILES + "=" + GUEST_FILES),
                        List.of(ConfinedChild.class.getName(), list(), jar.toString()));
        assertEquals(
                List.of(
                        "own jar: found",
                        "temporary: written",
                        "zip: zipped",
                        "lines: 3",
                        "passwd: java.nio.file.NoSuchFileException: /etc/passwd",
                        "content type: text/html"),
                ended.out().subList(2, 8),
                ended.text());
    }

    @Test
    void javaIoAndSubprocessesAreRefusedInTheKernelsWords() throws Exception {
        Path jar =
                new Sources()
                        .attribute("Main-Class", "guestprogram.UsesJavaIo")
                        .source("guestprogram/UsesJavaIo.java")
                        .jar(folder.resolve("app.jar"));
        ChildJvm.Ended ended =
                ChildJvm.run(
                        List.of(SYSTEM_LOADER, "-D" + DEFAULT_FILES + "=" + GUEST_FILES),
                        List.of(ConfinedChild.class.getName(), list(), jar.toString()));
        String refused = "/x (Operation not permitted)";
        assertEquals(
                List.of(
                        "exists: false",
                        "list: null",
                        "mkdir: false",
                        "read: java.io.FileNotFoundException: " + refused,
                        "write: java.io.FileNotFoundException: " + refused,
                        "random: java.io.FileNotFoundException: " + refused,
                        "temporary: java.io.IOException: Operation not permitted",
                        "zip: java.nio.file.FileSystemException: /x: Operation not permitted",
                        "url: java.io.FileNotFoundException: " + refused),
                ended.out().subList(2, 11),
                ended.text());
        assertTrue(
                ended.out()
                        .get(11)
                        .startsWith(
                                "process: java.io.IOException: Cannot run program \"/bin/true\""),
                ended.text());
        assertTrue(
                ended.out().get(12).startsWith("library: java.lang.UnsatisfiedLinkError"),
                ended.text());
    }

    @Test
    void whatTheJdkOpensLateIsThereInAPatchedRuntimeToo() throws Exception {
        Path patch = folder.resolve("patch.jar");
        JavaBasePatch.write(patch);
        ChildJvm.Ended ended =
                ChildJvm.run(
                        List.of(
                                "--patch-module",
                                "java.base=" + patch,
                                "-Dpatched=true",
                                SYSTEM_LOADER,
                                "-D" + DEFAULT_FILES + "=" + GUEST_FILES),
                        List.of(ConfinedChild.class.getName(), list(), program().toString()));
        assertEquals(List.of(), ended.out().stream().filter(l -> l.startsWith("FAILED")).toList());
        assertEquals(
                30, ended.out().stream().filter(l -> l.startsWith("ok ")).count(), ended.text());
    }

    @Test
    void withAPatchedRuntimeJavaIoUsesTheGuestsFiles() throws Exception {
        Path patch = folder.resolve("patch.jar");
        JavaBasePatch.write(patch);
        Path jar =
                new Sources()
                        .attribute("Main-Class", "guestprogram.WorksWithJavaIo")
                        .source("guestprogram/WorksWithJavaIo.java")
                        .file("found.txt", "found ")
                        .jar(folder.resolve("app.jar"));
        ChildJvm.Ended ended =
                ChildJvm.run(
                        List.of(
                                "--patch-module",
                                "java.base=" + patch,
                                "-XX:+UnlockDiagnosticVMOptions",
                                "-XX:+BytecodeVerificationLocal",
                                "-ea",
                                "-Dpatched=true",
                                SYSTEM_LOADER,
                                "-D" + DEFAULT_FILES + "=" + GUEST_FILES),
                        List.of(ConfinedChild.class.getName(), list(), jar.toString()));
        assertEquals(
                List.of(
                        "write: 9 truetruefalsetrue",
                        "read: onetwo3nullone",
                        "stream: 9 4 ttrue5wo",
                        "3-1",
                        "random: 7ü8 8 101true",
                        "tree: true falsetrue[b, y]truefalse",
                        "names: /tmp/qtrue",
                        "temporary: true /tmp",
                        "time: true 5000",
                        "zip: found guestprogram.WorksWithJavaIo",
                        "url: 9",
                        "both: 9",
                        "log: true",
                        "missing: java.io.FileNotFoundException: /etc/passwd (No such file or directory)",
                        "folder: java.io.FileNotFoundException: /tmp (Is a directory)",
                        "read-only: java.io.FileNotFoundException: "
                                + jar
                                + " (Read-only file system)",
                        "console: -1"),
                String.join("\n", ended.out().subList(2, ended.out().size())).lines().toList(),
                ended.text());
    }

    @Test
    void theSystemClassLoaderIsTheProgramsAndFindsWhatTextNames() throws Exception {
        Path jar =
                new Sources()
                        .attribute("Main-Class", "Main")
                        .file("found.txt", "found")
                        .type(
                                "Main",
                                "public class Main { public static void main(String[] a) throws"
                                        + " Exception { var l = Main.class.getClassLoader();"
                                        + " System.out.println(l =="
                                        + " ClassLoader.getSystemClassLoader()); var u ="
                                        + " java.net.URI.create("
                                        + "ClassLoader.getSystemResource(\"found.txt\").toString()).toURL();"
                                        + " System.out.println(new"
                                        + " String(u.openStream().readAllBytes()));"
                                        + " System.out.println(Class.forName(\"Main\", true,"
                                        + " ClassLoader.getSystemClassLoader()) == Main.class); } }")
                        .jar(folder.resolve("app.jar"));
        ChildJvm.Ended ended =
                ChildJvm.run(
                        List.of(SYSTEM_LOADER),
                        List.of(ConfinedChild.class.getName(), list(), jar.toString()));
        assertEquals(List.of("true", "found", "true"), ended.out().subList(2, 5), ended.text());
    }

    @Test
    void aModuleOfTheRuntimeRunsWithTheOptionsThatItNeeds() throws Exception {
        ProgramSource source = new ProgramSource.Module("jdk.httpserver", Optional.empty());
        List<String> options = Program.jvmOptions(source, java.nio.file.FileSystems.getDefault());
        assertEquals(2, options.size(), options.toString());
        ChildJvm.Ended ended =
                ChildJvm.run(
                        options,
                        List.of(ModuleChild.class.getName(), "jdk.httpserver", "-version"));
        assertTrue(ended.text().startsWith("java 25"), ended.text());
        assertEquals(0, ended.exit());
    }
}
