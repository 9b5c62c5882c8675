package org.cofferdam.libos.files.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

/** Paths and globs behave as the JDK's own on Linux: both are asked the same, by many random texts. */
final class GuestPathTest {
    private static final FileSystem JDK = FileSystems.getDefault();

    private static final GuestPath.Anchor ANCHOR =
            new GuestPath.Anchor() {
                @Override
                public FileSystem fileSystem() {
                    return JDK;
                }

                @Override
                public GuestPath workingFolder() {
                    return GuestPath.of(this, System.getProperty("user.dir"));
                }

                @Override
                public GuestPath realPath(GuestPath path) {
                    return path;
                }

                @Override
                public boolean isFolder(GuestPath path) {
                    return false;
                }
            };

    private static String randomPath(SplittableRandom random) {
        String[] parts = {"a", "b", ".", "..", "", "é", "a b", "%41", "#?"};
        StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "/" : "");
        for (int n = random.nextInt(5); n > 0; n--) {
            text.append(parts[random.nextInt(parts.length)]).append(n > 1 ? "/" : "");
        }
        return text.append(random.nextInt(4) == 0 ? "//" : "").toString();
    }

    private static String outcome(Path path, Function<Path, Object> question) {
        try {
            return String.valueOf(question.apply(path));
        } catch (IllegalArgumentException e) {
            return "IllegalArgumentException";
        }
    }

    @Test
    void onePathAnswersAsTheJdks() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            String text = randomPath(random);
            int name = random.nextInt(4);
            for (Function<Path, Object> question :
                    java.util.List.<Function<Path, Object>>of(
                            Path::toString,
                            Path::isAbsolute,
                            Path::getRoot,
                            Path::getFileName,
                            Path::getParent,
                            Path::getNameCount,
                            Path::normalize,
                            Path::toAbsolutePath,
                            Path::toUri,
                            p -> p.getName(name),
                            p -> p.subpath(0, name),
                            p -> p.iterator().hasNext())) {
                assertEquals(
                        outcome(JDK.getPath(text), question).replaceAll("/+$", ""),
                        outcome(GuestPath.of(ANCHOR, text), question).replaceAll("/+$", ""),
                        "\"" + text + "\"");
            }
        }
    }

    @Test
    void twoPathsAnswerAsTheJdks() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 20_000; i++) {
            String one = randomPath(random);
            String other = randomPath(random);
            for (BiFunction<Path, Path, Object> question :
                    java.util.List.<BiFunction<Path, Path, Object>>of(
                            Path::resolve,
                            Path::resolveSibling,
                            Path::startsWith,
                            Path::endsWith,
                            Path::equals,
                            (a, b) -> Integer.signum(a.compareTo(b)))) {
                assertEquals(
                        outcome(JDK.getPath(one), p -> question.apply(p, JDK.getPath(other))),
                        outcome(
                                GuestPath.of(ANCHOR, one),
                                p -> question.apply(p, GuestPath.of(ANCHOR, other))),
                        "\"" + one + "\" and \"" + other + "\"");
            }
        }
    }

    @Test
    void aRelativePathLeadsToTheOther() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 20_000; i++) {
            Path one = JDK.getPath(randomPath(random)).normalize();
            Path other = JDK.getPath(randomPath(random)).normalize();
            assertEquals(
                    outcome(one, p -> p.relativize(other)),
                    outcome(
                            GuestPath.of(ANCHOR, one.toString()),
                            p -> p.relativize(GuestPath.of(ANCHOR, other.toString()))),
                    "\"" + one + "\" and \"" + other + "\"");
        }
    }

    @Test
    void aNulIsRefused() {
        assertThrows(InvalidPathException.class, () -> GuestPath.of(ANCHOR, "a\0b"));
    }

    @Test
    void globsMatchAsTheJdksDo() {
        SplittableRandom random = new SplittableRandom(4);
        String[] parts = {
            "*",
            "**",
            "?",
            "[ab]",
            "[!a]",
            "[a-c]",
            "[-a]",
            "{a,b}",
            "{ab,*.c}",
            "\\*",
            ".",
            "a",
            "b",
            "/",
            "c",
            "(",
            "$",
            "[",
            "{",
            "}",
            "]",
            "\\",
            ",",
            "-",
            "[.]",
            "[]a]",
            "[^a]",
            "[&&]"
        };
        String[] names = {
            "a", "b", "ab", "a.c", "*", "/", "a/b", "a/b.c", ".", "(", "$", "^", "-", "&", "]", ",",
            ""
        };
        int valid = 0;
        for (int i = 0; i < 40_000; i++) {
            StringBuilder glob = new StringBuilder();
            for (int n = random.nextInt(1, 5); n > 0; n--) {
                glob.append(parts[random.nextInt(parts.length)]);
            }
            String text = glob.toString();
            boolean jdkTakes = true;
            for (String name : names) {
                boolean jdk = false;
                try {
                    jdk = JDK.getPathMatcher("glob:" + text).matches(Path.of(name));
                } catch (PatternSyntaxException e) {
                    jdkTakes = false;
                }
                if (jdkTakes) {
                    assertEquals(
                            jdk,
                            Glob.pattern(text).matcher(name).matches(),
                            text + " against " + name);
                }
            }
            valid += jdkTakes ? 1 : 0;
        }
        org.junit.jupiter.api.Assertions.assertTrue(valid > 10_000, valid + " valid globs");
        for (String wrong :
                java.util.List.of("[a", "{a", "a\\", "{a{b}}", "[a/b]", "[]", "[b-a]", "[!")) {
            assertThrows(PatternSyntaxException.class, () -> Glob.pattern(wrong), wrong);
        }
    }
}
