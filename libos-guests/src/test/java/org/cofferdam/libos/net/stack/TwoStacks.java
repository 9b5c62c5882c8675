package org.cofferdam.libos.net.stack;

import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.cofferdam.libos.net.link.Cable;
import org.cofferdam.libos.net.link.ImpairedLink;
import org.cofferdam.libos.net.link.Impairment;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * Two stacks on one cable, with a bad link at the left one, and a clock that moves only when both have nothing to do. All
 * of it follows from the seed.
 *
 * <pre>
 *  left 10.9.0.1, fd00:9::1 --[impaired]=== cable ===-- right 10.9.0.2, fd00:9::2
 * </pre>
 */
final class TwoStacks implements AutoCloseable {
    static final IpAddress LEFT = IpAddress.parse("10.9.0.1");
    static final IpAddress RIGHT = IpAddress.parse("10.9.0.2");
    static final IpAddress LEFT_V6 = IpAddress.parse("fd00:9::1");
    static final IpAddress RIGHT_V6 = IpAddress.parse("fd00:9::2");
    static final long MILLISECOND = 1_000_000;
    static final long SECOND = 1_000_000_000;

    private static final MacAddress LEFT_MAC = MacAddress.parse("02:cf:00:00:00:01");
    private static final MacAddress RIGHT_MAC = MacAddress.parse("02:cf:00:00:00:02");

    final ImpairedLink link;
    final NetworkStack left;
    final NetworkStack right;
    private long now = 1_000_000_000_000L;

    TwoStacks(long seed, LinkFeatures features, StackSettings settings) {
        Cable cable = new Cable(LEFT_MAC, RIGHT_MAC, 1500, features, 1024);
        SplittableRandom random = new SplittableRandom(seed);
        link =
                new ImpairedLink(
                        cable.left(),
                        Impairment.NONE,
                        Impairment.NONE,
                        this::now,
                        random.split(),
                        1024);
        left = new NetworkStack(link, this::now, random.split(), () -> {}, settings);
        right = new NetworkStack(cable.right(), this::now, random.split(), () -> {}, settings);
        left.setV4(LEFT, 24, IpAddress.ANY_V4);
        right.setV4(RIGHT, 24, IpAddress.ANY_V4);
        left.addV6(LEFT_V6, 64);
        right.addV6(RIGHT_V6, 64);
    }

    TwoStacks(long seed) {
        this(seed, LinkFeatures.NONE, StackSettings.DEFAULT);
    }

    long now() {
        return now;
    }

    /** Lets both work until neither has anything to do. */
    void settle() {
        while (left.doWork() + right.doWork() > 0) {
            // Each turn makes work for the other.
        }
    }

    /** Lets time pass, in steps to the next thing that happens. */
    void pass(long nanos) {
        long until = now + nanos;
        settle();
        while (now < until) {
            advance(until);
            settle();
        }
    }

    private void advance(long until) {
        long next = Math.min(left.nextDeadline(), right.nextDeadline());
        next = Math.min(next, link.nextDue());
        now = Math.clamp(next, now + 1, until);
    }

    /** Works and lets time pass until something is so. */
    void until(String what, BooleanSupplier condition) {
        long limit = now + 3600 * SECOND;
        settle();
        while (!condition.getAsBoolean()) {
            if (now >= limit) {
                throw new AssertionError(
                        "did not come about within an hour: "
                                + what
                                + "\nleft\n"
                                + left.counters()
                                + "right\n"
                                + right.counters());
            }
            advance(now + 10 * MILLISECOND);
            settle();
        }
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
