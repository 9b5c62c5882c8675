package org.cofferdam.audit;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cofferdam.audit.AuditLogException.Problem;
import org.jspecify.annotations.Nullable;

/** What other threads want done by the writer between two blocks. Any thread asks, the writer alone does. */
final class Errands {
    private static final class Errand {
        final Runnable action;
        boolean done; // guarded by the Errands
        @Nullable RuntimeException problem;

        Errand(Runnable action) {
            this.action = action;
        }
    }

    private final Queue<Errand> asked = new ConcurrentLinkedQueue<>();
    private final WriterBell bell;
    private boolean ended;

    Errands(WriterBell bell) {
        this.bell = bell;
    }

    boolean any() {
        return !asked.isEmpty();
    }

    /**
     * Has it done, and waits for that.
     *
     * @throws AuditLogException if the log was closed before, the thread was interrupted, or as the action says
     */
    void ask(Runnable action) {
        Errand errand = new Errand(action);
        asked.add(errand);
        bell.rouse();
        synchronized (this) {
            while (!errand.done && !ended) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AuditLogException(
                            Problem.IO, "interrupted while the audit log was asked for something");
                }
            }
            if (errand.problem != null) {
                throw errand.problem;
            }
            if (!errand.done) {
                throw new AuditLogException(Problem.CLOSED, "the audit log was closed");
            }
        }
    }

    /** Writer: does what was asked so far. */
    void run() {
        Errand errand;
        while ((errand = asked.poll()) != null) {
            RuntimeException problem = null;
            try {
                errand.action.run();
            } catch (AuditLogException e) {
                problem = e;
            }
            synchronized (this) {
                errand.problem = problem;
                errand.done = true;
                notifyAll();
            }
        }
    }

    /** Writer: does no more; who waits is told. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }
}
