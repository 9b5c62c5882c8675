package org.cofferdam.audit.read;

/** A condition on a crossing. Immutable, any thread. */
public interface CrossingTest {
    /** Whether the crossing fulfils it. */
    boolean test(Crossing crossing);

    /** What it can be true of. */
    default Reach reach() {
        return Reach.ANYTHING;
    }
}
