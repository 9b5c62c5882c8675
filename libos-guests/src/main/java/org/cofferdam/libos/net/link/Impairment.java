package org.cofferdam.libos.net.link;

import java.util.random.RandomGenerator;

/**
 * How badly a direction of an {@link ImpairedLink} treats its frames. Probabilities are from 0 to 1 and independent.
 *
 * @param loss that a frame is lost
 * @param duplicate that it arrives twice
 * @param reorder that it is held back for {@code reorderNanos} more than the others
 * @param damage that one of its bits is turned over
 * @param delayNanos how long every frame takes
 * @param reorderNanos how much longer one takes that is held back
 */
public record Impairment(
        double loss,
        double duplicate,
        double reorder,
        double damage,
        long delayNanos,
        long reorderNanos) {
    /** A good link. */
    public static final Impairment NONE = new Impairment(0, 0, 0, 0, 0, 0);

    /** Only loses. */
    public static Impairment losing(double probability) {
        return new Impairment(probability, 0, 0, 0, 0, 0);
    }

    /** Only delays. */
    public static Impairment delaying(long nanos) {
        return new Impairment(0, 0, 0, 0, nanos, 0);
    }

    /** When a frame of now arrives. */
    long arrival(long now, RandomGenerator random) {
        long held = reorder > 0 && random.nextDouble() < reorder ? reorderNanos : 0;
        return now + delayNanos + held;
    }
}
