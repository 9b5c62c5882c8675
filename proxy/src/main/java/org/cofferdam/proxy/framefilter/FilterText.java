package org.cofferdam.proxy.framefilter;

/** An expression's characters, read from left to right, and complaints about them. */
final class FilterText {
    private static final char END = '\0';

    private final String text;
    private int at;

    FilterText(String text) {
        this.text = text;
    }

    int position() {
        skipSpaces();
        return at;
    }

    void back(int position) {
        at = position;
    }

    private void skipSpaces() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /** The next character that is no space; a NUL at the end. */
    char peek() {
        skipSpaces();
        return charAt(at);
    }

    private char charAt(int position) {
        return position < text.length() ? text.charAt(position) : END;
    }

    boolean atEnd() {
        skipSpaces();
        return at >= text.length();
    }

    /** Takes these characters if they are next. */
    boolean take(String sign) {
        skipSpaces();
        if (text.startsWith(sign, at)) {
            at += sign.length();
            return true;
        }
        return false;
    }

    /** Takes this word if it is next, whole. */
    boolean takeWord(String word) {
        int before = position();
        if (word().equals(word)) {
            return true;
        }
        at = before;
        return false;
    }

    /** The next word of letters, digits and hyphens between them; empty if none is next. */
    String word() {
        skipSpaces();
        int from = at;
        if (charAt(at) == '\\') {
            at++; // as in pcap-filter(7), where a name that is also a keyword needs one
            from = at;
        }
        while (isWord(charAt(at)) || (charAt(at) == '-' && at > from && isLetter(charAt(at + 1)))) {
            at++;
        }
        return text.substring(from, at);
    }

    /** The next address, number or range. */
    String address() {
        skipSpaces();
        int from = at;
        while (isWord(charAt(at)) || ".:/-".indexOf(charAt(at)) >= 0) {
            at++;
        }
        return text.substring(from, at);
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isWord(char c) {
        return isLetter(c) || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
    }

    /**
     * Whether a parenthesis that is next encloses a number rather than a condition: what follows it tells. A look ahead,
     * so that nesting costs no more than the square of the length.
     */
    boolean enclosesNumber() {
        int depth = 0;
        for (int i = position(); i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return numberGoesOn(i + 1);
            }
        }
        return false;
    }

    /** Whether what stands here continues a number: a sign of arithmetic or a relation. */
    boolean numberGoesOn(int from) {
        int i = from;
        while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
            i++;
        }
        char c = charAt(i);
        char next = charAt(i + 1);
        return switch (c) {
            case '=', '<', '>', '+', '-', '*', '/' -> true;
            case '!' -> next == '=';
            case '&', '|' -> next != c;
            default -> false;
        };
    }

    FilterException wrong(int position, String what) {
        String found =
                position >= text.length()
                        ? "the end"
                        : "\"" + text.substring(position).split("\\s", 2)[0] + "\"";
        return new FilterException(position + 1, what + ", not " + found);
    }

    FilterException bad(int position, String what) {
        return new FilterException(position + 1, what);
    }
}
