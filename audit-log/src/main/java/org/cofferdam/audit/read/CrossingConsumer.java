package org.cofferdam.audit.read;

/** What a reader tells; the calls come on the thread that reads. */
@FunctionalInterface
public interface CrossingConsumer {
    /** A crossing that the filter wants. */
    void crossing(Crossing crossing);

    /** A stretch that could not be read, as one sentence; {@code audit verify} says more. */
    default void damage(String sentence) {}
}
