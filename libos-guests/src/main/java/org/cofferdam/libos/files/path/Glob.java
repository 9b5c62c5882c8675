package org.cofferdam.libos.files.path;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Globs as {@code FileSystem.getPathMatcher} describes them, made into regular expressions. */
public final class Glob {
    private static final String SPECIAL_OUTSIDE = "\\^$|.+()";

    private final String glob;
    private final StringBuilder regex = new StringBuilder();
    private int at;

    private Glob(String glob) {
        this.glob = glob;
    }

    /**
     * Translates one.
     *
     * @throws PatternSyntaxException if a bracket or a brace is not closed, a group is inside a group, or a backslash
     *     stands at the end
     */
    public static Pattern pattern(String glob) {
        return new Glob(glob).translate();
    }

    private Pattern translate() {
        boolean inGroup = false;
        while (at < glob.length()) {
            char c = glob.charAt(at++);
            switch (c) {
                case '\\' -> {
                    if (at == glob.length()) {
                        throw wrong("no character behind the backslash");
                    }
                    literal(glob.charAt(at++));
                }
                case '*' -> star();
                case '?' -> regex.append("[^/]");
                case '[' -> brackets();
                case '{' -> {
                    if (inGroup) {
                        throw wrong("a group inside a group");
                    }
                    inGroup = true;
                    regex.append("(?:(?:");
                }
                case '}' -> {
                    regex.append(inGroup ? "))" : "\\}");
                    inGroup = false;
                }
                case ',' -> regex.append(inGroup ? ")|(?:" : ",");
                default -> literal(c);
            }
        }
        if (inGroup) {
            throw wrong("a brace is not closed");
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    private void star() {
        if (at < glob.length() && glob.charAt(at) == '*') {
            at++;
            regex.append(".*");
        } else {
            regex.append("[^/]*");
        }
    }

    private void literal(char c) {
        if (SPECIAL_OUTSIDE.indexOf(c) >= 0 || "*?[]{}".indexOf(c) >= 0) {
            regex.append('\\');
        }
        regex.append(c);
    }

    /** A set never has the slash. A dash stands first or last, or makes a range upwards. */
    private void brackets() {
        regex.append("[[^/]&&[");
        if (at < glob.length() && glob.charAt(at) == '!') {
            regex.append('^');
            at++;
        }
        boolean empty = true;
        int low = -1; // of a range that may begin here
        while (at < glob.length()) {
            char c = glob.charAt(at++);
            if (c == ']') {
                if (empty) {
                    throw wrong("nothing in the brackets");
                }
                regex.append("]]");
                return;
            }
            boolean isDash = c == '-';
            boolean isLast = at < glob.length() && glob.charAt(at) == ']';
            if (c == '/' || (isDash && low < 0 && !empty)) {
                throw wrong(isDash ? "a range without a beginning" : "a slash inside brackets");
            }
            if (isDash && low >= 0 && !isLast && at < glob.length()) {
                char high = glob.charAt(at++);
                if (high < low) {
                    throw wrong("a range downwards");
                }
                regex.append('-');
                member(high);
                low = -1;
            } else {
                member(c);
                low = isDash ? -1 : c;
            }
            empty = false;
        }
        throw wrong("a bracket is not closed");
    }

    private void member(char c) {
        if (!Character.isLetterOrDigit(c)) {
            regex.append('\\');
        }
        regex.append(c);
    }

    private PatternSyntaxException wrong(String what) {
        return new PatternSyntaxException(what, glob, Math.max(0, at - 1));
    }
}
