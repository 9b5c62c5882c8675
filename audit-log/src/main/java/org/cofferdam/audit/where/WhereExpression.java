package org.cofferdam.audit.where;

import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingTest;
import org.cofferdam.audit.read.Reach;

/**
 * A condition as people write it.
 *
 * <pre>
 *   expression := all ("or" all)*            also ||
 *   all        := part ("and" part)*         also &amp;&amp;
 *   part       := "not" part | "(" expression ")" | test      also !
 *   test       := name operator value | name "in" "(" value ("," value)* ")" | name
 *   operator   := == = != &lt; &lt;= &gt; &gt;= ~
 * </pre>
 *
 * <p>Names: {@code type, boundary, source, guest, port, queue, packets, bytes, verdict, severity, count, run, sequence,
 * text}, and those of all fields of {@link org.cofferdam.audit.CrossingType}; {@code field.source} means the field
 * where a name has both meanings. Values: numbers (also {@code 0x1f, 10k, 5M, 2G}), times like {@code 20ms} for spans,
 * {@code yes} and {@code no}, names of types, boundaries, verdicts and severities, MACs, and words or quoted texts.
 * {@code ~} looks for a piece of a text, whatever its case. A name alone asks whether a crossing has it and it is
 * neither zero nor empty.
 *
 * <p>A test of what a crossing does not have is false, also with {@code !=}. {@code verdict==x} asks whether a packet of
 * the burst has that verdict, {@code verdict!=x} whether none has.
 */
public final class WhereExpression implements CrossingTest {
    /** Characters an expression can have. */
    public static final int MAX_LENGTH = 4096;

    /** How deep parentheses and negations may stand in each other. */
    public static final int MAX_DEPTH = 50;

    private final String text;
    private final WhereNode root;

    private WhereExpression(String text, WhereNode root) {
        this.text = text;
        this.root = root;
    }

    /**
     * Reads an expression.
     *
     * @throws WhereError with the column and one sentence
     */
    public static WhereExpression parse(String text) {
        return new WhereExpression(text, new WhereParser(text).parse());
    }

    @Override
    public boolean test(Crossing crossing) {
        return root.test(crossing);
    }

    @Override
    public Reach reach() {
        return root.reach();
    }

    @Override
    public String toString() {
        return text;
    }
}
