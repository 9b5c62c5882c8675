package org.cofferdam.libos.net.socket;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The only way from other threads to the stack's: the sockets that ask for something, in a linked stack of themselves, and
 * tasks, for what is rare (opening, binding, connecting, options).
 *
 * <p>Any thread puts; the stack's thread takes all. Who puts wakes the stack's thread, which may sleep.
 */
public final class Requests {
    private final AtomicReference<@Nullable Endpoint> first = new AtomicReference<>();
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Runnable waker;

    /** An empty list; {@code waker} is called on the putting thread after each put that finds the list empty. */
    public Requests(Runnable waker) {
        this.waker = waker;
    }

    void put(Endpoint endpoint) {
        Endpoint before;
        do {
            before = first.get();
            endpoint.nextAsking = before;
        } while (!first.compareAndSet(before, endpoint));
        if (before == null) {
            waker.run();
        }
    }

    /** Has the stack's thread run something. Any thread. */
    public void execute(Runnable task) {
        tasks.add(task);
        waker.run();
    }

    /** Serves all that is asked for. The stack's thread. Returns how much it was. */
    public int serve(long now) {
        int served = 0;
        Runnable task;
        while ((task = tasks.poll()) != null) {
            task.run();
            served++;
        }
        if (first.getPlain() == null) {
            return served;
        }
        Endpoint endpoint = first.getAndSet(null);
        while (endpoint != null) {
            // From serveAll on the socket may be put on the list again.
            Endpoint next = endpoint.nextAsking;
            endpoint.nextAsking = null;
            endpoint.serveAll(now);
            endpoint = next;
            served++;
        }
        return served;
    }

    /** Whether nothing is asked for: the last look before sleeping. The stack's thread. */
    public boolean isEmpty() {
        return first.get() == null && tasks.isEmpty();
    }
}
