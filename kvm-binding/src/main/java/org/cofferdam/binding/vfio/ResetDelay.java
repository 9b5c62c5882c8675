package org.cofferdam.binding.vfio;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Fault injection: a reset that takes as long as the property {@code cofferdam.inject.reset-millis} says, so that
 * tests see what a card that hangs in its reset does to its owner. The first reset of a process is spared, so that
 * the card can be assigned. Without the property there is no delay.
 */
final class ResetDelay {
    static final String PROPERTY = "cofferdam.inject.reset-millis";

    private static final AtomicBoolean BEFORE = new AtomicBoolean();

    private ResetDelay() {}

    static void ifInjected() {
        Integer millis = Integer.getInteger(PROPERTY);
        if (!BEFORE.getAndSet(true) || millis == null) {
            return;
        }
        try {
            // The delay is the fault that is injected.
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // who waits for the reset gives up
        }
    }
}
