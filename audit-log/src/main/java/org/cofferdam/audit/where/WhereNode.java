package org.cofferdam.audit.where;

import java.util.List;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingTest;
import org.cofferdam.audit.read.Reach;

/** A part of an expression. */
sealed interface WhereNode extends CrossingTest {
    /** All of them; at least one. */
    record And(List<WhereNode> parts) implements WhereNode {
        @Override
        public boolean test(Crossing crossing) {
            for (WhereNode part : parts) {
                if (!part.test(crossing)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public Reach reach() {
            return parts.stream().map(WhereNode::reach).reduce(Reach.ANYTHING, Reach::and);
        }
    }

    /** One of them. */
    record Or(List<WhereNode> parts) implements WhereNode {
        @Override
        public boolean test(Crossing crossing) {
            for (WhereNode part : parts) {
                if (part.test(crossing)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public Reach reach() {
            return parts.stream().map(WhereNode::reach).reduce(Reach::or).orElse(Reach.ANYTHING);
        }
    }

    /** Not this one; of what it can be true, nothing is said. */
    record Not(WhereNode part) implements WhereNode {
        @Override
        public boolean test(Crossing crossing) {
            return !part.test(crossing);
        }
    }

    /** A comparison, and what it can be true of. */
    record Test(CrossingTest test, Reach reach) implements WhereNode {
        @Override
        public boolean test(Crossing crossing) {
            return test.test(crossing);
        }
    }
}
