package org.cofferdam.audit.where;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.audit.where.WhereError.Kind;
import org.cofferdam.audit.where.WhereToken.Sort;

/** Reads the grammar of {@link WhereExpression} by recursive descent, one method a rule. Used once. */
final class WhereParser {
    private static final int MAX_LISTED = 100;

    private final List<WhereToken> tokens;
    private int at;
    private int depth;

    WhereParser(String text) {
        if (text.length() > WhereExpression.MAX_LENGTH) {
            throw new WhereError(
                    Kind.TOO_LARGE,
                    WhereExpression.MAX_LENGTH + 1,
                    "an expression has at most " + WhereExpression.MAX_LENGTH + " characters");
        }
        tokens = WhereToken.of(text);
    }

    WhereNode parse() {
        WhereNode root = expression();
        if (now().sort() != Sort.END) {
            throw unexpected("\"and\", \"or\" or the end");
        }
        return root;
    }

    private WhereNode expression() {
        List<WhereNode> parts = new ArrayList<>();
        do {
            parts.add(all());
        } while (accept(Sort.WORD, "or") || accept(Sort.OPERATOR, "||"));
        return parts.size() == 1 ? parts.get(0) : new WhereNode.Or(List.copyOf(parts));
    }

    private WhereNode all() {
        List<WhereNode> parts = new ArrayList<>();
        do {
            parts.add(part());
        } while (accept(Sort.WORD, "and") || accept(Sort.OPERATOR, "&&"));
        return parts.size() == 1 ? parts.get(0) : new WhereNode.And(List.copyOf(parts));
    }

    private WhereNode part() {
        WhereToken first = now();
        if (++depth > WhereExpression.MAX_DEPTH) {
            throw new WhereError(
                    Kind.TOO_LARGE,
                    first.column(),
                    "nested deeper than " + WhereExpression.MAX_DEPTH + " levels");
        }
        WhereNode part;
        if (accept(Sort.WORD, "not") || accept(Sort.OPERATOR, "!")) {
            part = new WhereNode.Not(part());
        } else if (accept(Sort.OPEN, "(")) {
            part = expression();
            if (!accept(Sort.CLOSE, ")")) {
                throw unexpected("\")\"");
            }
        } else {
            part = test();
        }
        depth--;
        return part;
    }

    private WhereNode test() {
        WhereToken name = now();
        if (name.sort() != Sort.WORD || isKeyword(name)) {
            throw unexpected("a name");
        }
        at++;
        WhereAttribute attribute = WhereAttribute.named(name);
        WhereToken sign = now();
        if (accept(Sort.WORD, "in")) {
            return attribute.oneOf(listed());
        }
        WhereOperator operator =
                sign.sort() == Sort.OPERATOR ? WhereOperator.of(sign.text()) : null;
        if (operator == null) {
            return attribute.present();
        }
        at++;
        return attribute.compare(operator, sign, value());
    }

    private List<WhereToken> listed() {
        if (!accept(Sort.OPEN, "(")) {
            throw unexpected("\"(\" and the values");
        }
        List<WhereToken> values = new ArrayList<>();
        do {
            values.add(value());
            if (values.size() > MAX_LISTED) {
                throw new WhereError(
                        Kind.TOO_LARGE, now().column(), "more than " + MAX_LISTED + " values");
            }
        } while (accept(Sort.COMMA, ","));
        if (!accept(Sort.CLOSE, ")")) {
            throw unexpected("\",\" or \")\"");
        }
        return values;
    }

    private WhereToken value() {
        WhereToken value = now();
        if ((value.sort() != Sort.WORD && value.sort() != Sort.QUOTED)
                || (value.sort() == Sort.WORD && isKeyword(value))) {
            throw unexpected("a value");
        }
        at++;
        return value;
    }

    private static boolean isKeyword(WhereToken word) {
        return word.is(Sort.WORD, "and")
                || word.is(Sort.WORD, "or")
                || word.is(Sort.WORD, "not")
                || word.is(Sort.WORD, "in");
    }

    /** The list ends with END, which no rule passes. */
    private WhereToken now() {
        return tokens.get(at);
    }

    private boolean accept(Sort sort, String text) {
        if (!now().is(sort, text)) {
            return false;
        }
        at++;
        return true;
    }

    private WhereError unexpected(String wanted) {
        return new WhereError(
                Kind.UNEXPECTED,
                now().column(),
                now().shown() + " stands where " + wanted + " should be");
    }
}
