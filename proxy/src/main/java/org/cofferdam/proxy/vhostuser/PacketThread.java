package org.cofferdam.proxy.vhostuser;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** The switch's thread, as guests' threads see it. */
public interface PacketThread {
    /** Runs a command on it soon, between two passes; from any thread, without waiting. */
    void post(Runnable command);

    /** Asks it something, from any thread, without waiting; an exception of the question's is the answer's. */
    default <T> CompletableFuture<T> submit(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        post(
                () -> {
                    try {
                        answer.complete(question.call());
                    } catch (Exception e) {
                        answer.completeExceptionally(e);
                    }
                });
        return answer;
    }

    /**
     * Wakes it each time the descriptor, which nobody reads, becomes readable. On the switch's thread only.
     *
     * @throws org.cofferdam.binding.NativeCallException when the kernel does not wait on such a descriptor
     */
    void watch(int fd);

    /** No longer, before the descriptor is closed. On the switch's thread only. */
    void unwatch(int fd);
}
