package org.cofferdam.libos.jdk;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A call in a thread of its own, which tests want to see wait, end and fail. */
record Waiting<T>(Thread thread, CompletableFuture<T> result) {
    private static final long PATIENCE_SECONDS = 10;

    static <T> Waiting<T> in(Thread.Builder kind, Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread =
                kind.start(
                        () -> {
                            try {
                                result.complete(task.call());
                            } catch (Throwable e) {
                                result.completeExceptionally(e);
                            }
                        });
        return new Waiting<>(thread, result);
    }

    /** Waits until the thread waits in its call. */
    Waiting<T> blocked() throws InterruptedException {
        while (thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.TIMED_WAITING) {
            // There is no event for "it is about to wait".
            Thread.sleep(1);
        }
        return this;
    }

    T value() throws InterruptedException, TimeoutException, ExecutionException {
        return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    Throwable failure() throws InterruptedException, TimeoutException {
        try {
            T value = value();
            throw new AssertionError("it did not fail, but returned " + value);
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }
}
