package org.cofferdam.monitor.domain;

/**
 * A part of the packet path that the domain thread gives turns to: the card, the switch, the kernel proxy's
 * reader, the domain itself.
 */
@FunctionalInterface
public interface Agent {
    /**
     * Does what is there to do now, at most a burst; never blocks, allocates nothing.
     *
     * @param nowNanos System.nanoTime() of this turn
     * @return how much was done, 0 if nothing
     */
    int doWork(long nowNanos);
}
