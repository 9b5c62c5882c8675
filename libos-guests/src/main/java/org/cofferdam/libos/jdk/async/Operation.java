package org.cofferdam.libos.jdk.async;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One kind of operation of a channel, of which one is under way at most: a blocking call in a virtual thread, whose result
 * the group's threads hand over.
 */
final class Operation {
    /** Waits without end. */
    static final long FOREVER = Long.MAX_VALUE;

    private final AsynchronousChannel channel;
    private final StackChannelGroup group;
    private final String name;
    private final AtomicBoolean pending = new AtomicBoolean();

    Operation(AsynchronousChannel channel, StackChannelGroup group, String name) {
        this.channel = channel;
        this.group = group;
        this.name = name;
    }

    /** As the API has timeouts: 0 or less for none. */
    static long nanos(long timeout, TimeUnit unit) {
        return timeout <= 0 ? FOREVER : unit.toNanos(timeout);
    }

    /** What an operation gives its caller. A cancelled one may end by closing its channel. */
    private final class Result<V> extends CompletableFuture<V> {
        @Override
        public boolean cancel(boolean mayInterrupt) {
            boolean cancelled = super.cancel(mayInterrupt);
            if (cancelled) {
                // The call goes on otherwise, and takes bytes that nobody would see.
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return cancelled;
        }
    }

    /**
     * Begins one whose result a future gives.
     *
     * @param busy what is thrown if one is under way
     */
    <V extends @Nullable Object> Future<V> begin(
            Supplier<RuntimeException> busy, Callable<V> call) {
        Result<V> result = new Result<>();
        run(
                busy,
                call,
                (value, failure) -> {
                    boolean ignored =
                            failure == null
                                    ? result.complete(value)
                                    : result.completeExceptionally(failure);
                    // False if it was cancelled meanwhile.
                    assert ignored || result.isDone();
                });
        return result;
    }

    /** Begins one whose result a handler gets. */
    <V extends @Nullable Object, A extends @Nullable Object> void begin(
            Supplier<RuntimeException> busy,
            Callable<V> call,
            A attachment,
            CompletionHandler<V, ? super A> handler) {
        requireNonNull(handler);
        run(
                busy,
                call,
                (value, failure) -> {
                    if (failure == null) {
                        handler.completed(value, attachment);
                    } else {
                        handler.failed(failure, attachment);
                    }
                });
    }

    private interface Hand<V extends @Nullable Object> {
        void over(V value, @Nullable Throwable failure);
    }

    private <V extends @Nullable Object> void run(
            Supplier<RuntimeException> busy, Callable<V> call, Hand<V> hand) {
        if (!pending.compareAndSet(false, true)) {
            throw busy.get();
        }
        boolean open = channel.isOpen();
        group.begun();
        Thread ignored = Thread.ofVirtual().name(name).start(() -> perform(open, call, hand));
        assert ignored.isVirtual();
    }

    @SuppressWarnings("NullAway") // a failure has no value, and its handler does not look for one
    private <V extends @Nullable Object> void perform(
            boolean open, Callable<V> call, Hand<V> hand) {
        V value = null;
        Throwable failure = null;
        try {
            value = call.call();
        } catch (SocketTimeoutException e) {
            failure = new InterruptedByTimeoutException().initCause(e);
        } catch (ClosedChannelException e) {
            // Closed after the operation began, although before its thread did.
            boolean meanwhile = open && !channel.isOpen();
            failure = meanwhile ? new AsynchronousCloseException() : e;
        } catch (Throwable e) {
            failure = e;
        }
        pending.set(false);
        V result = value;
        Throwable why = failure;
        group.ended(() -> hand.over(result, why));
    }
}
