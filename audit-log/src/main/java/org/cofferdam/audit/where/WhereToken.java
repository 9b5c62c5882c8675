package org.cofferdam.audit.where;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.audit.where.WhereError.Kind;

/**
 * A piece of an expression.
 *
 * @param sort what it is
 * @param text its characters; of a quoted text what is between the quotes
 * @param column where it begins, from 1
 */
record WhereToken(Sort sort, String text, int column) {
    enum Sort {
        WORD,
        QUOTED,
        OPERATOR,
        OPEN,
        CLOSE,
        COMMA,
        END
    }

    private static final List<String> OPERATORS =
            List.of("==", "!=", "<=", ">=", "&&", "||", "=", "<", ">", "~", "!");

    boolean is(Sort wanted, String wantedText) {
        return sort == wanted && text.equalsIgnoreCase(wantedText);
    }

    /** How it reads in a complaint. */
    String shown() {
        return sort == Sort.END ? "the end" : '"' + text + '"';
    }

    static List<WhereToken> of(String expression) {
        List<WhereToken> tokens = new ArrayList<>();
        int at = 0;
        while (at < expression.length()) {
            char ch = expression.charAt(at);
            if (Character.isWhitespace(ch)) {
                at++;
            } else if (isWord(ch)) {
                int end = at;
                while (end < expression.length() && isWord(expression.charAt(end))) {
                    end++;
                }
                tokens.add(new WhereToken(Sort.WORD, expression.substring(at, end), at + 1));
                at = end;
            } else if (ch == '"' || ch == '\'') {
                int end = expression.indexOf(ch, at + 1);
                if (end < 0) {
                    throw new WhereError(Kind.UNEXPECTED, at + 1, "the text in quotes has no end");
                }
                tokens.add(new WhereToken(Sort.QUOTED, expression.substring(at + 1, end), at + 1));
                at = end + 1;
            } else {
                WhereToken token = sign(expression, at);
                tokens.add(token);
                at += token.text.length();
            }
        }
        tokens.add(new WhereToken(Sort.END, "", expression.length() + 1));
        return tokens;
    }

    private static WhereToken sign(String expression, int at) {
        char ch = expression.charAt(at);
        return switch (ch) {
            case '(' -> new WhereToken(Sort.OPEN, "(", at + 1);
            case ')' -> new WhereToken(Sort.CLOSE, ")", at + 1);
            case ',' -> new WhereToken(Sort.COMMA, ",", at + 1);
            default -> operator(expression, at);
        };
    }

    private static WhereToken operator(String expression, int at) {
        for (String operator : OPERATORS) {
            if (expression.startsWith(operator, at)) {
                return new WhereToken(Sort.OPERATOR, operator, at + 1);
            }
        }
        throw new WhereError(
                Kind.UNEXPECTED,
                at + 1,
                "an expression has no character "
                        + String.format("U+%04X", (int) expression.charAt(at))
                        + " outside quotes");
    }

    /** Names, numbers, MACs, times and names of guests are written without quotes. */
    private static boolean isWord(char ch) {
        return (ch >= 'a' && ch <= 'z')
                || (ch >= 'A' && ch <= 'Z')
                || (ch >= '0' && ch <= '9')
                || ch == '_'
                || ch == '-'
                || ch == '.'
                || ch == ':'
                || ch == '/';
    }
}
