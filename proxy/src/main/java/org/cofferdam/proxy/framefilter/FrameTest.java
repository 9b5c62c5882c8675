package org.cofferdam.proxy.framefilter;

/** What can be asked of a frame. The order is that of the text: what does not matter is not looked at. */
sealed interface FrameTest {
    int NO = 0;
    int YES = 1;

    /** The frame ends before what is looked at. */
    int CUT_SHORT = -1;

    int of(FrameBytes frame);

    /** Both. */
    record And(FrameTest left, FrameTest right) implements FrameTest {
        @Override
        public int of(FrameBytes frame) {
            int first = left.of(frame);
            return first == YES ? right.of(frame) : first;
        }
    }

    /** One of the two. */
    record Or(FrameTest left, FrameTest right) implements FrameTest {
        @Override
        public int of(FrameBytes frame) {
            int first = left.of(frame);
            return first == NO ? right.of(frame) : first;
        }
    }

    /** The opposite; what is cut short stays so. */
    record Not(FrameTest test) implements FrameTest {
        @Override
        public int of(FrameBytes frame) {
            int answer = test.of(frame);
            return answer == CUT_SHORT ? answer : 1 - answer;
        }
    }

    /** How two numbers stand. */
    enum Relation {
        EQUAL,
        NOT_EQUAL,
        LESS,
        AT_MOST,
        GREATER,
        AT_LEAST;

        boolean holds(long a, long b) {
            return switch (this) {
                case EQUAL -> a == b;
                case NOT_EQUAL -> a != b;
                case LESS -> a < b;
                case AT_MOST -> a <= b;
                case GREATER -> a > b;
                case AT_LEAST -> a >= b;
            };
        }
    }

    /** Two numbers. */
    record Compare(FrameValue left, Relation relation, FrameValue right) implements FrameTest {
        @Override
        public int of(FrameBytes frame) {
            long a = left.of(frame);
            long b = right.of(frame);
            if (frame.outside()) {
                return CUT_SHORT;
            }
            return relation.holds(a, b) ? YES : NO;
        }
    }

    default FrameTest and(FrameTest other) {
        return new And(this, other);
    }

    default FrameTest or(FrameTest other) {
        return new Or(this, other);
    }
}
