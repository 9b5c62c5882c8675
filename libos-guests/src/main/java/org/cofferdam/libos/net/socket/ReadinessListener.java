package org.cofferdam.libos.net.socket;

/** Who wants to know when a socket becomes ready. */
@FunctionalInterface
public interface ReadinessListener {
    /** Told of nobody. */
    ReadinessListener NONE = (endpoint, what) -> {};

    /**
     * Something became ready. Called on the stack's thread, so it must be short: it wakes another thread or notes the
     * socket down. It may come without need; {@link Endpoint#ready} is the truth.
     *
     * @param what bits of {@link Endpoint}
     */
    void becameReady(Endpoint endpoint, int what);
}
