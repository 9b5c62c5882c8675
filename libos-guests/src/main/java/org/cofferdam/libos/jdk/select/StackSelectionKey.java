package org.cofferdam.libos.jdk.select;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A registration of a channel with a {@link StackSelector}. */
final class StackSelectionKey extends AbstractSelectionKey {
    /** The next key to look at; the selector's list. */
    @Nullable StackSelectionKey nextToLook;

    /** It is among the selector's candidates; the selecting thread's. */
    boolean candidate;

    private final SelectableChannel channel;
    private final Pollable pollable;
    private final StackSelector selector;
    private final AtomicBoolean noted = new AtomicBoolean();
    private volatile int interest;
    private volatile int ready;

    StackSelectionKey(SelectableChannel channel, Pollable pollable, StackSelector selector) {
        this.channel = channel;
        this.pollable = pollable;
        this.selector = selector;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    Pollable pollable() {
        return pollable;
    }

    @Override
    public int interestOps() {
        requireValid();
        return interest;
    }

    @Override
    public SelectionKey interestOps(int ops) {
        requireValid();
        if ((ops & ~channel.validOps()) != 0) {
            throw new IllegalArgumentException("the channel has no such operation: " + ops);
        }
        interest = ops;
        lookAgain();
        return this;
    }

    @Override
    public int readyOps() {
        requireValid();
        return ready;
    }

    private void requireValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    /** Has the selector look at this key. Any thread. */
    void lookAgain() {
        if (!noted.getAndSet(true)) {
            selector.note(this);
        }
    }

    /** From here on a call of {@link #lookAgain} counts as a new one. The selecting thread, before it looks. */
    void looking() {
        // Not a plain write: what was changed before the last call is seen by the look that
        // follows.
        boolean ignored = noted.getAndSet(false);
        assert ignored;
    }

    /** What is ready now and wanted. The selecting thread. */
    int wantedAndReady() {
        int wanted = interest;
        return isValid() && wanted != 0 ? pollable.readyOps() & wanted : 0;
    }

    /** Sets what is ready, or adds to it. Says whether that changed anything. The selecting thread. */
    boolean setReady(int ops, boolean add) {
        int before = ready;
        int after = add ? before | ops : ops;
        ready = after;
        return !add || after != before;
    }
}
