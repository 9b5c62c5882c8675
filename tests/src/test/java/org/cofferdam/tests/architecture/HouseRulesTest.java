package org.cofferdam.tests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How files and packages are laid out and described. */
final class HouseRulesTest {
    private static final Set<String> TOP_LEVEL =
            Set.of(
                    "pom.xml",
                    "README.md",
                    "LICENSE",
                    "monitor",
                    "kvm-binding",
                    "driver-vm",
                    "proxy",
                    "libos-guests",
                    "audit-log",
                    "ops",
                    "tests");

    private static final Set<String> NAMES_THAT_SAY_NOTHING =
            Set.of("util", "utils", "common", "misc", "helper", "helpers", "manager", "impl");

    private static final Pattern JAVADOC = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);

    @Test
    void theTopLevelIsTheDesignsAndNothingElse() throws IOException {
        try (Stream<Path> entries = Files.list(SourceTree.root())) {
            Set<String> found =
                    entries.map(p -> p.getFileName().toString())
                            .filter(n -> !n.startsWith(".") && !n.equals("target"))
                            .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(new TreeSet<>(TOP_LEVEL), found);
        }
    }

    @Test
    void everyPackageSaysWhatLivesInItAndIsNullMarked() {
        List<String> wrong = new ArrayList<>();
        for (Path folder : packages()) {
            Path info = folder.resolve("package-info.java");
            if (!Files.isRegularFile(info)) {
                wrong.add(folder + " has no package-info.java");
                continue;
            }
            String text = SourceTree.text(info);
            if (!text.contains("@NullMarked")) {
                wrong.add(info + " is not @NullMarked");
            }
            Matcher javadoc = JAVADOC.matcher(text);
            long lines = javadoc.find() ? javadoc.group(1).strip().lines().count() : 0;
            if (lines < 5 || lines > 20) {
                wrong.add(info + " has " + lines + " lines of text; 5 to 15 say enough");
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void noPackageHasANameThatSaysNothing() {
        List<Path> wrong =
                packages().stream()
                        .filter(p -> NAMES_THAT_SAY_NOTHING.contains(p.getFileName().toString()))
                        .toList();
        assertEquals(List.of(), wrong);
    }

    @Test
    void theKernelProgramIsOneFileOfAtMostThreeHundredLines() {
        List<Path> programs = SourceTree.files("", ".bpf.c");
        assertEquals(
                List.of(SourceTree.root().resolve("proxy/src/main/bpf/proxy.bpf.c")), programs);
        assertTrue(SourceTree.lines(programs.getFirst()) <= 300);
    }

    @Test
    void noDriverFileIsLongerThanThreeHundredLines() {
        assertNoneLonger(300, "driver-vm", p -> p.toString().matches(".*\\.[chS]"));
    }

    @Test
    void noJavaFileIsLongerThanSixHundredLines() {
        assertNoneLonger(600, "", p -> p.toString().endsWith(".java"));
    }

    private static void assertNoneLonger(int most, String folder, Predicate<Path> which) {
        List<String> wrong =
                SourceTree.files(folder, "").stream()
                        .filter(which)
                        .filter(p -> SourceTree.lines(p) > most)
                        .map(p -> SourceTree.root().relativize(p) + ": " + SourceTree.lines(p))
                        .toList();
        assertEquals(List.of(), wrong);
    }

    /** Folders with Java sources of the product, and of tests that have packages of their own. */
    private static Set<Path> packages() {
        Set<Path> folders = new TreeSet<>();
        for (Path file : SourceTree.files("", ".java")) {
            String place = SourceTree.root().relativize(file).toString();
            if (place.contains("/src/main/java/") || place.startsWith("tests/src/test/java/")) {
                folders.add(file.getParent());
            }
        }
        return folders;
    }
}
