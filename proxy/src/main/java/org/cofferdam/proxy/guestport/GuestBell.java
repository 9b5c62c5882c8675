package org.cofferdam.proxy.guestport;

/**
 * How the switch's thread tells the guest's own thread what only that may do, since it could be made to wait: to write
 * into descriptors that the guest holds, too. Neither method blocks or allocates.
 */
public interface GuestBell {
    /** In {@link #call}: something was logged as written. */
    int LOG = 1 << 30;

    /** Tells nobody. */
    GuestBell NONE =
            new GuestBell() {
                @Override
                public void call(int queues) {}

                @Override
                public void broken() {}
            };

    /**
     * The guest wants to hear of what was put into these queues.
     *
     * @param queues a bit for each, by the queue's number; and {@link #LOG}
     */
    void call(int queues);

    /** The guest broke a queue: it is to lose its attachment. */
    void broken();
}
