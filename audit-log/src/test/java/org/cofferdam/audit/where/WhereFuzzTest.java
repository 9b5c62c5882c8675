package org.cofferdam.audit.where;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingMaker;
import org.cofferdam.audit.read.Reach;

/**
 * The input is an expression. Whatever it is: it is read, or a mistake is named within it; what was read answers for any
 * crossing, and is never true of one that its reach leaves out.
 */
final class WhereFuzzTest {
    private static final Crossing[] CROSSINGS = {
        CrossingMaker.burst(CrossingType.BURST_IN, 1, 3, 0, 2, 11),
        CrossingMaker.burst(CrossingType.TAP_OUT, 1, 0),
        CrossingMaker.sample(CrossingType.LINK, 1),
        CrossingMaker.sample(CrossingType.GUEST_CALL_REFUSED, 1),
        CrossingMaker.sample(CrossingType.CHECKPOINT, 1),
        CrossingMaker.plain(CrossingType.FAULT.code(), 9, 1, 2, "text"),
        CrossingMaker.plain(0x7777, 1, -1, -1, "\u001b", -1, 0)
    };

    @FuzzTest
    void anExpressionIsReadOrItsMistakeIsNamed(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        WhereExpression expression;
        try {
            expression = WhereExpression.parse(text);
        } catch (WhereError e) {
            if (e.column() < 1
                    || e.column() > text.length() + 1
                    || !e.sentence().startsWith("column " + e.column() + ": ")) {
                throw new AssertionError(text + ": " + e.sentence());
            }
            return;
        }
        Reach reach = expression.reach();
        for (Crossing crossing : CROSSINGS) {
            boolean outside =
                    (reach.types() != null && !reach.types().contains(crossing.code()))
                            || (reach.ports() != null
                                    && (crossing.port().isEmpty()
                                            || !reach.ports()
                                                    .contains(crossing.port().getAsLong())));
            if (expression.test(crossing) && outside) {
                throw new AssertionError(text + " is true of what it cannot reach");
            }
        }
    }
}
