package org.cofferdam.libos.nic;

/** Whoever attaches back ends in a card's place says here whether there is one. Any thread. */
@FunctionalInterface
public interface Carrier {
    /** Whether a back end is attached now. */
    boolean isThere();
}
