package org.cofferdam.binding.privilege;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names and numbers of the system calls of x86-64, from the table system-calls.x86_64 beside this class. */
public final class SystemCalls {
    private static final String TABLE = "system-calls.x86_64";
    private static final String SYMBOLS = "/proc/kallsyms";
    private static final Pattern SYMBOL = Pattern.compile(" [tT] __x64_sys_([a-z_0-9]+)$");

    private static final Map<String, Integer> NUMBERS = new HashMap<>();
    private static final Map<Integer, String> NAMES = new HashMap<>();

    /** The names of the kernel's functions. */
    private static final Map<Integer, String> FUNCTIONS = new HashMap<>();

    static {
        try (InputStream in =
                        Objects.requireNonNull(
                                SystemCalls.class.getResourceAsStream(TABLE), TABLE);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            lines.lines().filter(line -> !line.startsWith("#")).forEach(SystemCalls::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SystemCalls() {}

    private static void add(String line) {
        String[] words = line.split(" ", -1);
        int number = Integer.parseInt(words[0]);
        NUMBERS.put(words[1], number);
        NAMES.put(number, words[1]);
        FUNCTIONS.put(number, words[words.length - 1]);
    }

    /**
     * The number of a call.
     *
     * @throws IllegalArgumentException if the table has no such name
     */
    public static int number(String name) {
        Integer number = NUMBERS.get(name);
        if (number == null) {
            throw new IllegalArgumentException("\"" + name + "\" is not a system call known here");
        }
        return number;
    }

    /** The name of a call, if the table has it. */
    public static Optional<String> name(int number) {
        return Optional.ofNullable(NAMES.get(number));
    }

    /** One more than the highest number in the table. */
    public static int limit() {
        return NAMES.keySet().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
    }

    /**
     * How many calls the running kernel has: those in the table for which it shows a function in /proc/kallsyms. Takes
     * some ten milliseconds. Empty if the kernel shows no symbols.
     */
    public static OptionalInt inRunningKernel() {
        Set<String> functions = new HashSet<>();
        // By java.io, since java.nio.file may show other files than the kernel's.
        try (BufferedReader lines =
                new BufferedReader(new FileReader(SYMBOLS, StandardCharsets.US_ASCII))) {
            lines.lines()
                    .map(SYMBOL::matcher)
                    .filter(Matcher::find)
                    .forEach(m -> functions.add(m.group(1)));
        } catch (IOException | UncheckedIOException e) {
            return OptionalInt.empty();
        }
        long there = FUNCTIONS.values().stream().filter(functions::contains).count();
        return there == 0 ? OptionalInt.empty() : OptionalInt.of((int) there);
    }
}
