package org.cofferdam.libos.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofferdam.libos.program.ProgramSource;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind {@code --}: a program as the {@code java} command takes it.
 *
 * <pre>
 *  [-Dname=value …] app.jar ARGS            [-Dname=value …] -jar app.jar ARGS
 *  [-Dname=value …] -cp PATH CLASS ARGS     [-Dname=value …] -m MODULE[/CLASS] ARGS
 * </pre>
 *
 * @param properties the options that begin with -D, as they are
 * @param arguments the program's own
 */
public record ProgramLine(List<String> properties, ProgramSource source, List<String> arguments) {

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException with a sentence about what is missing
     */
    public static ProgramLine parse(List<String> words) {
        List<String> properties = new ArrayList<>();
        String classPath = null;
        int at = 0;
        while (at < words.size()) {
            String word = words.get(at);
            switch (word) {
                case "-cp", "-classpath", "--class-path" -> {
                    classPath = value(words, at);
                    at += 2;
                }
                case "-jar" -> {
                    return new ProgramLine(
                            properties,
                            new ProgramSource.Jar(value(words, at)),
                            rest(words, at + 2));
                }
                case "-m", "--module" -> {
                    return new ProgramLine(
                            properties, module(value(words, at)), rest(words, at + 2));
                }
                default -> {
                    if (word.startsWith("-D")) {
                        properties.add(word);
                        at++;
                        continue;
                    }
                    if (word.startsWith("-")) {
                        throw new IllegalArgumentException(
                                "the program's command line has the option "
                                        + word
                                        + ", which is not one of -D, -cp, -jar, -m; options of the JVM go before"
                                        + " the -- as --java-option");
                    }
                    return new ProgramLine(
                            properties, classOrJar(classPath, word), rest(words, at + 1));
                }
            }
        }
        throw new IllegalArgumentException(
                "there is no program; write it behind --, such as '-- app.jar'");
    }

    private static ProgramSource classOrJar(@Nullable String path, String word) {
        if (path != null) {
            return new ProgramSource.ClassPath(path, word);
        }
        if (word.endsWith(".jar")) {
            return new ProgramSource.Jar(word);
        }
        throw new IllegalArgumentException(
                word + " is neither a jar nor a class with -cp before it");
    }

    private static ProgramSource module(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new ProgramSource.Module(text, Optional.empty())
                : new ProgramSource.Module(
                        text.substring(0, slash), Optional.of(text.substring(slash + 1)));
    }

    private static String value(List<String> words, int at) {
        if (at + 1 == words.size()) {
            throw new IllegalArgumentException(words.get(at) + " needs a value");
        }
        return words.get(at + 1);
    }

    private static List<String> rest(List<String> words, int from) {
        return List.copyOf(words.subList(from, words.size()));
    }

    /** The words that {@code GuestMain} reads: the kind, its values, and the program's arguments. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        switch (source) {
            case ProgramSource.ClassPath(String path, String mainClass) ->
                    words.addAll(List.of("-cp", path, mainClass));
            case ProgramSource.Jar(String jar) -> words.addAll(List.of("-jar", jar));
            case ProgramSource.Module(String module, var mainClass) ->
                    words.addAll(
                            List.of(
                                    "-m",
                                    mainClass.map(name -> module + "/" + name).orElse(module)));
        }
        words.addAll(arguments);
        return words;
    }
}
