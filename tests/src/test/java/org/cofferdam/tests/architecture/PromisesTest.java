package org.cofferdam.tests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What README.md says about tests and files is so. */
final class PromisesTest {
    /** How a test is named: {@code `Class#method`}, in the modules' own pages also with a dot. */
    private static final Pattern TEST_NAME =
            Pattern.compile("`([A-Z]\\w*(?:Test|Tests))[#.]([a-z]\\w*)`");

    /** A Markdown link to a file of the tree. */
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    /** What stands between two members of a class. */
    private static final Pattern BLANK_LINE = Pattern.compile("\\n\\s*\\n");

    private static final Path README = SourceTree.root().resolve("README.md");

    @Test
    void everyPromiseNamesATestThatExists() {
        assertFalse(namedIn(README).isEmpty(), "README.md names no test at all");
        List<String> wrong = new ArrayList<>();
        for (Path page : SourceTree.files("", "README.md")) {
            for (MatchResult name : namedIn(page)) {
                if (!exists(name.group(1), name.group(2))) {
                    wrong.add(SourceTree.root().relativize(page) + ": " + name.group());
                }
            }
        }
        assertEquals(List.of(), wrong, "named as tests that hold a promise, but not there");
    }

    @Test
    void everyRowOfThePromiseTableHasATest() {
        List<String> without =
                SourceTree.text(README)
                        .lines()
                        .dropWhile(l -> !l.startsWith("| promise"))
                        .skip(2)
                        .takeWhile(l -> l.startsWith("|"))
                        .filter(l -> !TEST_NAME.matcher(l).find())
                        .toList();
        assertEquals(List.of(), without);
    }

    @Test
    void everyLinkInTheReadmeLeadsToAFile() {
        List<String> dead = new ArrayList<>();
        Matcher link = LINK.matcher(SourceTree.text(README));
        while (link.find()) {
            if (!Files.exists(SourceTree.root().resolve(link.group(1)))) {
                dead.add(link.group(1));
            }
        }
        assertEquals(List.of(), dead);
    }

    private static List<MatchResult> namedIn(Path page) {
        return TEST_NAME.matcher(SourceTree.text(page)).results().toList();
    }

    /** A test is a method with such an annotation in front, in the class's file below some src/test/java. */
    private static boolean exists(String type, String method) {
        Pattern declaration =
                Pattern.compile(
                        "(?s).*@(Test|ParameterizedTest|TestFactory|FuzzTest)\\b.*\\b"
                                + method
                                + "\\(.*");
        return SourceTree.files("", ".java").stream()
                .filter(p -> p.getFileName().toString().equals(type + ".java"))
                .filter(p -> p.toString().contains("/src/test/java/"))
                .flatMap(p -> BLANK_LINE.splitAsStream(SourceTree.text(p)))
                .anyMatch(member -> declaration.matcher(member).matches());
    }
}
