package org.cofferdam.audit.where;

import org.jspecify.annotations.Nullable;

/** How an attribute is compared. */
enum WhereOperator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    CONTAINS;

    /** The operator of these characters, or null. */
    static @Nullable WhereOperator of(String text) {
        return switch (text) {
            case "==", "=" -> EQUAL;
            case "!=" -> NOT_EQUAL;
            case "<" -> LESS;
            case "<=" -> LESS_OR_EQUAL;
            case ">" -> GREATER;
            case ">=" -> GREATER_OR_EQUAL;
            case "~" -> CONTAINS;
            default -> null;
        };
    }

    /** Whether a comparison's result, negative, zero or positive, fulfils it. */
    boolean holds(int compared) {
        return switch (this) {
            case EQUAL, CONTAINS -> compared == 0;
            case NOT_EQUAL -> compared != 0;
            case LESS -> compared < 0;
            case LESS_OR_EQUAL -> compared <= 0;
            case GREATER -> compared > 0;
            case GREATER_OR_EQUAL -> compared >= 0;
        };
    }
}
