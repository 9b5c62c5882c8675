package org.cofferdam.audit.where;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingMaker;
import org.cofferdam.audit.read.Reach;
import org.cofferdam.audit.where.WhereError.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WhereExpressionTest {
    /** Three packets of 60 bytes from port 3, one of them with another's MAC. */
    private static final Crossing BURST =
            CrossingMaker.burst(CrossingType.BURST_IN, 1_000, 3, 0, 0, 2);

    private static final Crossing LINK =
            CrossingMaker.plain(
                    CrossingType.LINK.code(), 1, 1, 1, "cable pulled", 1, 0x525400123456L, 1000);
    private static final Crossing WAIT =
            CrossingMaker.plain(CrossingType.WAIT.code(), 5, 1, 1, "", 0x1f, 20_000_000);
    private static final Crossing CALL =
            CrossingMaker.plain(
                    CrossingType.GUEST_CALL_REFUSED.code(), 1, 1, 1, "ptrace", 4, 101, 9, 3, 12);

    private static boolean holds(String expression, Crossing crossing) {
        return WhereExpression.parse(expression).test(crossing);
    }

    private static WhereError error(String expression) {
        return assertThrows(WhereError.class, () -> WhereExpression.parse(expression));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "port==3",
                "port == 3 and (verdict==SPOOFED_MAC or bytes>1000000)",
                "verdict=drop_spoofed_mac && packets>=3",
                "not (port!=3)",
                "! port==4",
                "type==burst_in",
                "type in (FAULT, BURST_IN)",
                "type ~ burst",
                "boundary==domain-proxy",
                "severity>=medium and severity<high",
                "source=='switch'",
                "source ~ \"WIT\"",
                "bytes==180 and packets==3 and queue==1",
                "bytes<1k",
                "verdict in (rate, forwarded)",
                "verdict!=rate",
                "packets",
                "sequence==42 and run==3",
                "port==4 or port==3 and bytes>100",
                "NOT port==4 AND port==3"
            })
    void whatIsTrueOfABurst(String expression) {
        assertTrue(holds(expression, BURST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "port==4",
                "verdict==rate",
                "verdict!=forwarded",
                "up==yes",
                "up!=yes",
                "text",
                "guest==web",
                "guest!=web",
                "bytes>1M",
                "(port==4 or port==3) and bytes>200",
                "type!=BURST_IN",
                "severity==high"
            })
    void whatIsFalseOfABurst(String expression) {
        assertFalse(holds(expression, BURST));
    }

    @Test
    void fieldsAreComparedByTheirKind() {
        assertTrue(holds("mac==52:54:00:12:34:56 and up==yes and mbit==1k", LINK));
        assertFalse(holds("mac==52:54:00:12:34:57", LINK));
        assertTrue(holds("text ~ CABLE and not port", LINK));
        assertTrue(holds("slept>=20ms and slept<0.021s and wake_reason==0x1f and count==5", WAIT));
        assertTrue(holds("number==101 and field.count==3 and count==1 and port==4", CALL));
        assertFalse(holds("number!=101", CALL));
        // Unsigned: this is the largest number, not minus one.
        Crossing dma = CrossingMaker.plain(CrossingType.DMA_REFUSED.code(), 1, 1, 1, "", -1, 64, 1);
        assertTrue(holds("iova>0xfffffffffffffffe and write==yes", dma));
    }

    @ParameterizedTest
    @CsvSource({
        "port==,7,UNEXPECTED",
        "por==3,1,UNKNOWN_NAME",
        "port==3 port==4,9,UNEXPECTED",
        "(port==3,9,UNEXPECTED",
        "port==3),8,UNEXPECTED",
        "port==three,7,BAD_VALUE",
        "port~3,5,BAD_OPERATOR",
        "type>FAULT,5,BAD_OPERATOR",
        "type==NOT_THERE,7,BAD_VALUE",
        "verdict==nonsense,10,BAD_VALUE",
        "severity==bad,11,BAD_VALUE",
        "text>a,5,BAD_OPERATOR",
        "port==3 and,12,UNEXPECTED",
        "and port==3,1,UNEXPECTED",
        "text==\"open,7,UNEXPECTED",
        "port # 3,6,UNEXPECTED",
        "mac==52:54:00,6,BAD_VALUE",
        "up==perhaps,5,BAD_VALUE",
        "port==99999999999999999999,7,BAD_VALUE",
        "type in FAULT,9,UNEXPECTED",
        "type in (FAULT,15,UNEXPECTED",
    })
    void aMistakeIsNamedWithItsColumn(String expression, int column, Kind kind) {
        WhereError error = error(expression);
        assertEquals(kind, error.kind(), error.sentence());
        assertEquals(column, error.column(), error.sentence());
        assertTrue(error.sentence().startsWith("column " + column + ": "), error.sentence());
    }

    @Test
    void anEmptyTextIsAMistake() {
        assertEquals(Kind.UNEXPECTED, error("").kind());
        assertEquals(Kind.UNEXPECTED, error("   ").kind());
    }

    @Test
    void lengthAndDepthAreLimited() {
        String deep = "(".repeat(WhereExpression.MAX_DEPTH + 1) + "port==3";
        assertEquals(Kind.TOO_LARGE, error(deep).kind());
        assertEquals(Kind.TOO_LARGE, error("not ".repeat(1000) + "port==3").kind());
        assertEquals(Kind.TOO_LARGE, error("port==3 or ".repeat(500) + "port==3").kind());
        String allowed = "(".repeat(40) + "port==3" + ")".repeat(40);
        assertTrue(holds(allowed, BURST));
        assertTrue(holds("port==4 or ".repeat(300) + "port==3", BURST));
    }

    @Test
    void whatAnExpressionCanReachIsToldSoThatTheRestNeedNotBeRead() {
        Reach reach = WhereExpression.parse("type==FAULT and port==3").reach();
        assertEquals(Set.of(CrossingType.FAULT.code()), reach.types());
        assertEquals(Set.of(3L), reach.ports());
        Reach either = WhereExpression.parse("type==FAULT or thread==9").reach();
        assertEquals(
                Set.of(CrossingType.FAULT.code(), CrossingType.GUEST_CALL_REFUSED.code()),
                either.types());
        assertNull(either.ports());
        assertNull(WhereExpression.parse("not type==FAULT").reach().types());
        assertNull(WhereExpression.parse("type!=FAULT").reach().types());
        assertNull(WhereExpression.parse("port==3 or bytes>5").reach().ports());
    }

    @Test
    void anyTextIsAnExpressionOrAMistakeWithinTheText() {
        String[] words = {
            "port", "type", "bytes", "and", "or", "not", "in", "(", ")", "==", "!=", ">", "~", "3",
            "FAULT", "\"x\"", "'", "0x", "5M", ",", "field.", "mac", "é", "\u0000", " ", "-1"
        };
        Random random = new Random(7);
        int sound = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                text.append(words[random.nextInt(words.length)]).append(' ');
            }
            try {
                WhereExpression.parse(text.toString()).test(BURST);
                sound++;
            } catch (WhereError e) {
                assertTrue(e.column() >= 1 && e.column() <= text.length() + 1, e.sentence());
            }
        }
        assertTrue(sound > 100, "only " + sound + " were sound");
    }
}
