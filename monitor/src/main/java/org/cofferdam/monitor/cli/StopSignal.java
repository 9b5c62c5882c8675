package org.cofferdam.monitor.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGTERM and SIGINT into an orderly stop. The JVM answers both by running its shutdown hooks; the hook here tells
 * the main thread and holds the exit until that has stopped everything, so the process ends with the stop's own exit
 * code rather than the signal's.
 */
final class StopSignal implements AutoCloseable {
    private static final long STOP_SECONDS = 25;
    private static final long LAST_WORDS_MILLIS = 1_000;
    private static final int NOT_STOPPED = 5;

    private final Runnable onSignal;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::signalled, "stop-signal");
    private final Thread main = Thread.currentThread();
    private volatile int exitCode; // written by the main thread before the latch opens

    private StopSignal(Runnable onSignal) {
        this.onSignal = onSignal;
    }

    /** From now on a signal runs {@code onSignal}, on a thread of its own. */
    static StopSignal install(Runnable onSignal) {
        StopSignal signal = new StopSignal(onSignal);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    private void signalled() {
        onSignal.run();
        try {
            if (!finished.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                System.err.println(
                        "monitor: it did not stop in order within "
                                + STOP_SECONDS
                                + " s and is ended; the next start cleans up");
                Runtime.getRuntime().halt(NOT_STOPPED);
            }
            if (exitCode != 0) {
                main.join(LAST_WORDS_MILLIS); // it may still say why
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }

    /** The code to end with if a signal asked for the end. */
    void exitWith(int code) {
        exitCode = code;
    }

    /** Everything is stopped: lets a waiting hook end the process, or takes it out. */
    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException signalled) {
            // The hook is running and ends the process in a moment.
            return;
        }
    }
}
