package org.cofferdam.libos.jdk.async;

import java.io.IOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads that run completion handlers, and the channels that they serve. It ends when it was shut down, all its channels
 * are closed, and all their operations have been handed over.
 */
public final class StackChannelGroup extends AsynchronousChannelGroup {
    private final ExecutorService threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<AsynchronousChannel> channels = new HashSet<>();
    private int operations;
    private boolean shutdown;

    /** A group that owns its threads. */
    public StackChannelGroup(AsynchronousChannelProvider provider, ExecutorService threads) {
        super(provider);
        this.threads = threads;
    }

    /**
     * Takes a channel in.
     *
     * @throws ShutdownChannelGroupException if it was shut down
     */
    void add(AsynchronousChannel channel) {
        lock.lock();
        try {
            if (shutdown) {
                throw new ShutdownChannelGroupException();
            }
            boolean added = channels.add(channel);
            assert added;
        } finally {
            lock.unlock();
        }
    }

    void remove(AsynchronousChannel channel) {
        lock.lock();
        try {
            if (channels.remove(channel)) {
                endIfLast();
            }
        } finally {
            lock.unlock();
        }
    }

    /** An operation begins; until {@link #ended} the threads are there. */
    void begun() {
        lock.lock();
        try {
            operations++;
        } finally {
            lock.unlock();
        }
    }

    /** An operation has ended: runs its handler. */
    void ended(Runnable handler) {
        try {
            threads.execute(handler);
        } catch (RejectedExecutionException e) {
            // The program has ended its own pool; the handler is owed all the same.
            handler.run();
        }
        lock.lock();
        try {
            operations--;
            endIfLast();
        } finally {
            lock.unlock();
        }
    }

    private void endIfLast() {
        if (shutdown && channels.isEmpty() && operations == 0) {
            threads.shutdown();
        }
    }

    @Override
    public boolean isShutdown() {
        lock.lock();
        try {
            return shutdown;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isTerminated() {
        return threads.isTerminated();
    }

    @Override
    public void shutdown() {
        lock.lock();
        try {
            shutdown = true;
            endIfLast();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void shutdownNow() throws IOException {
        shutdown();
        for (AsynchronousChannel channel : open()) {
            channel.close();
        }
    }

    private List<AsynchronousChannel> open() {
        lock.lock();
        try {
            return List.copyOf(channels);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return threads.awaitTermination(timeout, unit);
    }
}
