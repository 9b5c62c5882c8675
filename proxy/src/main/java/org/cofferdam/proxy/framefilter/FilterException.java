package org.cofferdam.proxy.framefilter;

/** An expression that is not understood: one sentence that names the column. */
public final class FilterException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int column;

    FilterException(int column, String what) {
        super("column %d of the filter: %s".formatted(column, what));
        this.column = column;
    }

    /** Where, from 1. */
    public int column() {
        return column;
    }
}
