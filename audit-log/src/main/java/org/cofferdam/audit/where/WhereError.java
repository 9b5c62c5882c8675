package org.cofferdam.audit.where;

/** What is wrong with an expression, and where. */
public final class WhereError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The kinds of mistakes. */
    public enum Kind {
        /** Longer or deeper than allowed. */
        TOO_LARGE,
        /** A character or word that cannot stand there, or the end where something is missing. */
        UNEXPECTED,
        /** No crossing has an attribute of that name. */
        UNKNOWN_NAME,
        /** The value is not one of that attribute's. */
        BAD_VALUE,
        /** The attribute cannot be compared so. */
        BAD_OPERATOR
    }

    private final Kind kind;
    private final int column;

    WhereError(Kind kind, int column, String what) {
        super("column " + column + ": " + what);
        this.kind = kind;
        this.column = column;
    }

    /** The kind of mistake. */
    public Kind kind() {
        return kind;
    }

    /** Where it is, from 1. */
    public int column() {
        return column;
    }

    /** One sentence that begins with the column. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
