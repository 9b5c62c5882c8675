package org.cofferdam.libos.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs run from memory: in each test the files are deleted before the program's first class is asked for more. */
final class ProgramTest {
    private static final FileSystem HOST = FileSystems.getDefault();

    /** Where the programs of the tests leave what they found. */
    private static final String RESULT = "cofferdam.test.result";

    private static final String TELL = "System.setProperty(\"" + RESULT + "\", ";

    @TempDir Path folder;

    private final List<String> before = new ArrayList<>();
    private ClassLoader contextBefore = ProgramTest.class.getClassLoader();

    @BeforeEach
    void remember() {
        before.add(System.getProperty("java.class.path"));
        before.add(System.getProperty("sun.java.command", ""));
        contextBefore = Thread.currentThread().getContextClassLoader();
    }

    @AfterEach
    void restore() {
        System.setProperty("java.class.path", before.get(0));
        System.setProperty("sun.java.command", before.get(1));
        System.clearProperty(RESULT);
        Thread.currentThread().setContextClassLoader(contextBefore);
    }

    private Program loaded(ProgramSource source) throws ProgramException, IOException {
        Program program = Program.load(source, HOST);
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!each.equals(folder)) {
                    Files.delete(each);
                }
            }
        }
        return program;
    }

    private Program fromJar(Sources sources) throws ProgramException, IOException {
        return loaded(new ProgramSource.Jar(sources.jar(folder.resolve("app.jar")).toString()));
    }

    private static String result() {
        return System.getProperty(RESULT, "nothing");
    }

    @Test
    void aJarRunsWhenItsFileIsGone() throws Throwable {
        Program program =
                fromJar(
                        new Sources()
                                .attribute("Main-Class", "p.Main")
                                .type(
                                        "p.Main",
                                        "public class Main { public static void main(String[] a) {"
                                                + TELL
                                                + "new Other().text() + a.length + a[0] +"
                                                + " System.getProperty(\"sun.java.command\")); } }")
                                .type(
                                        "p.Other",
                                        "class Other { String text() { return \"other \"; } }"));
        program.run("x", "y");
        assertEquals("other 2x" + folder + "/app.jar x y", result());
        assertEquals(folder + "/app.jar", System.getProperty("java.class.path"));
        assertSame(program.loader(), Thread.currentThread().getContextClassLoader());
    }

    @Test
    void aClassPathOfFoldersJarsAndAllJarsOfAFolderIsSearchedInItsOrder() throws Throwable {
        Path classes = new Sources().file("who", "folder").folder(folder.resolve("classes"));
        new Sources().file("who", "first").file("both", "first").jar(folder.resolve("lib/a.jar"));
        new Sources()
                .file("both", "second")
                .type(
                        "Main",
                        "public class Main { public static void main(String[] a) throws Exception {"
                                + "var l = Main.class.getClassLoader();"
                                + TELL
                                + "text(l, \"who\") + text(l, \"both\")); }"
                                + "static String text(ClassLoader l, String n) throws Exception {"
                                + "return new String(l.getResourceAsStream(n).readAllBytes()); } }")
                .jar(folder.resolve("lib/b.jar"));
        Program program =
                loaded(
                        new ProgramSource.ClassPath(
                                folder + "/nothing:" + classes + ":" + folder + "/lib/*", "Main"));
        program.run();
        assertEquals("folderfirst", result());
        assertEquals(3, program.files().size());
        assertTrue(program.bytes() > 500, program.bytes() + " bytes");
    }

    @Test
    void jarsThatTheManifestNamesAreFoundAlsoInCircles() throws Throwable {
        Path lib =
                new Sources()
                        .attribute(
                                "Class-Path", "../app.jar deeper/more.jar http://x/y.jar none.jar")
                        .type("q.Lib", "public class Lib { public static String s = q.More.s; }")
                        .type("q.More", "public class More { public static String s = \"\"; }")
                        .jar(folder.resolve("lib dir/lib.jar"));
        new Sources()
                .type("q.More", "public class More { public static String s = \"more\"; }")
                .jar(folder.resolve("lib dir/deeper/more.jar"));
        Program program =
                fromJar(
                        new Sources()
                                .against(lib)
                                .attribute("Main-Class", "p.Main")
                                .attribute("Class-Path", "lib%20dir/lib.jar")
                                .type(
                                        "p.Main",
                                        "public class Main { public static void main(String[] a) {"
                                                + TELL
                                                + "\"lib\" + q.Lib.s); } }"));
        program.run();
        assertEquals("lib", result(), "q.More of lib.jar comes before that of more.jar");
        assertEquals(
                List.of("app.jar", "lib.jar", "more.jar"),
                program.files().stream()
                        .map(f -> f.path().substring(f.path().lastIndexOf('/') + 1))
                        .toList());
    }

    @Test
    void aMultiReleaseJarServesTheNewestForThisRelease() throws Throwable {
        byte[] newer =
                new Sources()
                        .type("p.V", "public class V { public static String s = \"new\"; }")
                        .compiled()
                        .getOrDefault("p/V.class", new byte[0]);
        Sources app =
                new Sources()
                        .attribute("Main-Class", "p.Main")
                        .attribute("Multi-Release", "true")
                        .type("p.V", "public class V { public static String s = \"old\"; }")
                        .type(
                                "p.Main",
                                "public class Main { public static void main(String[] a) throws"
                                        + " Exception { "
                                        + TELL
                                        + "V.s + new"
                                        + " String(Main.class.getResourceAsStream(\"t\").readAllBytes())"
                                        + " + Main.class.getResource(\"t\")); } }")
                        .file("p/t", " base ")
                        .file("META-INF/versions/11/p/t", " eleven ")
                        .file("META-INF/versions/25/p/t", " now ")
                        .file("META-INF/versions/99/p/t", " future ")
                        .file("META-INF/versions/8/p/t", " eight ");
        app.raw("META-INF/versions/17/p/V.class", newer);
        fromJar(app).run();
        assertEquals("new now jar:file:" + folder + "/app.jar!/META-INF/versions/25/p/t", result());
    }

    @Test
    void servicesAndResourcesOfSeveralJarsAreAllFound() throws Throwable {
        new Sources()
                .type("s.A", "public class A implements Runnable { public void run() {} }")
                .file("META-INF/services/java.lang.Runnable", "s.A # one\n")
                .jar(folder.resolve("a.jar"));
        new Sources()
                .type("s.B", "public class B implements Runnable { public void run() {} }")
                .file("META-INF/services/java.lang.Runnable", "s.B\n")
                .type(
                        "Main",
                        "import java.util.*; public class Main { public static void main(String[]"
                                + " a) throws Exception { String s = \"\"; for (Runnable r :"
                                + " ServiceLoader.load(Runnable.class)) s += r.getClass().getName() + '"
                                + " '; "
                                + TELL
                                + "s + Collections.list(Main.class.getClassLoader().getResources("
                                + "\"META-INF/services/java.lang.Runnable\")).size()); } }")
                .folder(folder.resolve("b"));
        loaded(new ProgramSource.ClassPath(folder + "/a.jar:" + folder + "/b", "Main")).run();
        assertEquals("s.A s.B 2", result());
    }

    @Test
    void aPackageHasItsAttributesAndASealedOneTakesNoClassFromElsewhere() throws Throwable {
        new Sources()
                .type("p.Stranger", "public class Stranger {}")
                .jar(folder.resolve("stranger.jar"));
        Program program =
                fromJar(
                        new Sources()
                                .attribute("Main-Class", "p.Main")
                                .attribute("Class-Path", "stranger.jar")
                                .attribute("Implementation-Version", "7")
                                .attribute("Implementation-Title", "of all")
                                .attribute("p/", "Sealed", "true")
                                .attribute("p/", "Implementation-Title", "of p")
                                .type(
                                        "p.Main",
                                        "public class Main { public static void main(String[] a)"
                                                + " throws Exception { Package p ="
                                                + " Main.class.getPackage(); String s ="
                                                + " p.getImplementationTitle() +"
                                                + " p.getImplementationVersion() + p.isSealed(); try {"
                                                + " Class.forName(\"p.Stranger\"); } catch"
                                                + " (SecurityException e) { s += \" kept out\"; } "
                                                + TELL
                                                + "s + Main.class.getProtectionDomain()"
                                                + ".getCodeSource().getLocation()); } }"));
        program.run();
        assertEquals("of p7true kept outfile:" + folder + "/app.jar", result());
    }

    @Test
    void mainMethodsOfAllFormsAreCalledAsTheJavaCommandDoes() throws Throwable {
        String tell = TELL + "\"called\"); }";
        for (String body :
                List.of(
                        "public class Main { public static void main(String[] a) {" + tell + "}",
                        "class Main { static void main(String... a) {" + tell + "}",
                        "class Main { void main(String[] a) {" + tell + "}",
                        "class Main { void main() {" + tell + "}",
                        "class Main { static void main() {" + tell + "}",
                        "class Main extends Base {} class Base { void main() {" + tell + "}",
                        "class Main implements D {} interface D { default void main() {"
                                + tell
                                + "}",
                        "class Main { int main(String[] a) { return 1; } void main() {"
                                + tell
                                + "}",
                        "class Main { void main() {} static void main(String[] a) {" + tell + "}",
                        "class Main { private static void main(String[] a) {} void main() {"
                                + tell
                                + "}",
                        "record Main() { protected void main() {" + tell + "}",
                        "enum Main { ; static void main() {" + tell + "}")) {
            System.clearProperty(RESULT);
            Path classes = new Sources().type("Main", body).folder(folder.resolve("c"));
            loaded(new ProgramSource.ClassPath(classes.toString(), "Main")).run();
            assertEquals("called", result(), body);
        }
        for (String body :
                List.of(
                        "class Main { private static void main(String[] a) {} }",
                        "class Main { int main() { return 0; } }",
                        "class Main { private Main() {} void main() {} }",
                        "class Main { Main(int i) {} void main() {} }",
                        "abstract class Main { void main() {} }",
                        "class Main implements S {} interface S { static void main() {} }")) {
            Path classes = new Sources().type("Main", body).folder(folder.resolve("c"));
            assertThrows(
                    ProgramException.class,
                    () -> loaded(new ProgramSource.ClassPath(classes.toString(), "Main")),
                    body);
        }
    }

    @Test
    void whatMainThrowsComesOutAsItIs() throws Throwable {
        Program program =
                fromJar(
                        new Sources()
                                .attribute("Main-Class", "Main")
                                .type(
                                        "Main",
                                        "public class Main { public static void main(String[] a)"
                                                + " throws Exception { throw new"
                                                + " java.io.IOException(\"mine\"); } }"));
        assertEquals(
                "mine", assertThrows(IOException.class, program::run).toString().substring(21));
    }

    @Test
    void theProgramSeesTheJdkAndTheLibraryOsButNotWhatThatIsMadeOf() throws Throwable {
        Program program =
                fromJar(
                        new Sources()
                                .attribute("Main-Class", "Main")
                                .type(
                                        "Main",
                                        "public class Main { public static void main(String[] a) {"
                                                + " } }"));
        ClassLoader loader = program.loader();
        assertSame(
                ProgramLoader.class, loader.loadClass("org.cofferdam.libos.program.ProgramLoader"));
        assertSame(
                Class.forName("com.sun.source.util.JavacTask"),
                loader.loadClass("com.sun.source.util.JavacTask"));
        assertThrows(ClassNotFoundException.class, () -> loader.loadClass("jnr.ffi.Runtime"));
        assertThrows(
                ClassNotFoundException.class, () -> loader.loadClass("org.junit.jupiter.api.Test"));
        assertNull(loader.getResource("org/junit/jupiter/api/Test.class"));
    }

    @Test
    void aProgramMayHavePackagesBelowTheLibrarys() throws Throwable {
        fromJar(
                        new Sources()
                                .attribute("Main-Class", "org.cofferdam.libos.examples.Main")
                                .type(
                                        "org.cofferdam.libos.examples.Main",
                                        "public class Main { public static void main(String[] a) {"
                                                + TELL
                                                + "\"example\"); } }"))
                .run();
        assertEquals("example", result());
    }

    @Test
    void manyThreadsLoadTheSameClassesAtOnce() throws Throwable {
        Sources sources = new Sources().attribute("Main-Class", "p.Main");
        StringBuilder uses = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            sources.type("p.q" + i % 7 + ".C" + i, "public class C" + i + " {}");
            uses.append("p.q").append(i % 7).append(".C").append(i).append(' ');
        }
        Program program =
                fromJar(
                        sources.type(
                                "p.Main",
                                "public class Main { public static void main(String[] a) {} }"));
        String[] names = uses.toString().strip().split(" ");
        CyclicBarrier start = new CyclicBarrier(8);
        List<Future<List<Class<?>>>> found = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int t = 0; t < 8; t++) {
                List<String> order = new ArrayList<>(List.of(names));
                Collections.rotate(order, t % 2);
                Callable<List<Class<?>>> load =
                        () -> {
                            start.await();
                            List<Class<?>> classes = new ArrayList<>();
                            for (String name : order) {
                                classes.add(program.loader().loadClass(name));
                            }
                            classes.sort(Comparator.comparing(Class::getName));
                            return classes;
                        };
                found.add(threads.submit(load));
            }
        }
        for (Future<List<Class<?>>> each : found) {
            assertEquals(found.getFirst().get(), each.get());
        }
    }

    @Test
    void whatCannotBeRunIsToldInOneSentence() throws IOException {
        record Case(ProgramSource source, String message) {}
        Path noMain = new Sources().file("x", "").jar(folder.resolve("nomain.jar"));
        Path agent =
                new Sources()
                        .attribute("Main-Class", "M")
                        .attribute("Launcher-Agent-Class", "A")
                        .file("x", "")
                        .jar(folder.resolve("agent.jar"));
        for (Case each :
                List.of(
                        new Case(new ProgramSource.Jar(folder + "/none.jar"), "there is no "),
                        new Case(new ProgramSource.Jar(noMain.toString()), "has no Main-Class"),
                        new Case(new ProgramSource.Jar(agent.toString()), "have no agents"),
                        new Case(
                                new ProgramSource.ClassPath(folder.toString(), "no.Such"),
                                "no.Such cannot be loaded"),
                        new Case(new ProgramSource.Jar("a\0b"), "a path cannot be"),
                        new Case(
                                new ProgramSource.Module("no.module", Optional.empty()),
                                "--add-modules=no.module"),
                        new Case(
                                new ProgramSource.Module("java.logging", Optional.empty()),
                                "has no main class"),
                        new Case(
                                new ProgramSource.Module("jdk.httpserver", Optional.empty()),
                                "--add-opens=jdk.httpserver/"))) {
            ProgramException told =
                    assertThrows(
                            ProgramException.class,
                            () -> Program.load(each.source(), HOST),
                            each.toString());
            assertTrue(told.toString().contains(each.message()), told.toString());
        }
    }
}
