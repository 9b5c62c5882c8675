package org.cofferdam.libos.jdk.select;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A selector over {@link Pollable} channels. It looks only at keys of which it was told, or that were ready when it looked
 * last; so a selection costs as much as there is ready, however many keys there are.
 *
 * <pre>
 *  channel became ready, or interest changed --&gt; noted (a linked list that any thread adds to)
 *  selection: noted --&gt; candidates; those that are not ready are dropped until they are noted again
 * </pre>
 *
 * <p>As the API has it, a selection holds the monitors of the selector and of the selected keys. A virtual thread that
 * waits with a monitor does not hold its carrier (JEP 491).
 */
public final class StackSelector extends AbstractSelector {
    private static final long FOREVER = Long.MAX_VALUE;

    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> keysView = Collections.unmodifiableSet(keys);
    private final Set<SelectionKey> selected = new HashSet<>();
    private final Set<SelectionKey> selectedView = new Removable(selected);

    private final AtomicReference<@Nullable StackSelectionKey> noted = new AtomicReference<>();
    private final List<StackSelectionKey> candidates = new ArrayList<>();
    private int updated;

    private volatile @Nullable Thread waiter;
    private volatile boolean woken;

    /** A selector without keys. */
    public StackSelector(SelectorProvider provider) {
        super(provider);
    }

    @Override
    protected SelectionKey register(
            AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
        if (!(channel instanceof Pollable pollable)) {
            throw new IllegalSelectorException();
        }
        requireOpen();
        StackSelectionKey key = new StackSelectionKey(channel, pollable, this);
        key.attach(attachment);
        keys.add(key);
        pollable.watchers().add(key);
        key.interestOps(ops);
        if (!isOpen()) {
            // Closed meanwhile, perhaps after it had gone through its keys.
            key.cancel();
            forget(key);
            throw new ClosedSelectorException();
        }
        return key;
    }

    private void requireOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    @Override
    public Set<SelectionKey> keys() {
        requireOpen();
        return keysView;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        requireOpen();
        return selectedView;
    }

    @Override
    public int selectNow() throws IOException {
        return selection(0);
    }

    @Override
    public int select(long timeout) throws IOException {
        if (timeout < 0) {
            throw new IllegalArgumentException("a timeout is not negative: " + timeout);
        }
        return selection(timeout == 0 ? FOREVER : TimeUnit.MILLISECONDS.toNanos(timeout));
    }

    @Override
    public int select() throws IOException {
        return selection(FOREVER);
    }

    @Override
    public Selector wakeup() {
        woken = true;
        wake();
        return this;
    }

    private void wake() {
        Thread thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /** Has a selection look at a key that is not on the list yet. Any thread. */
    void note(StackSelectionKey key) {
        StackSelectionKey before;
        do {
            before = noted.get();
            key.nextToLook = before;
        } while (!noted.compareAndSet(before, key));
        if (before == null) {
            wake();
        }
    }

    private int selection(long nanos) {
        synchronized (this) {
            requireOpen();
            synchronized (selectedView) {
                forgetCancelled();
                updated = 0;
                begin();
                try {
                    untilReady(nanos);
                } finally {
                    end();
                }
                woken = false;
                forgetCancelled();
                return updated;
            }
        }
    }

    private void untilReady(long nanos) {
        long start = System.nanoTime();
        while (!look() && !woken && isOpen()) {
            long left = nanos == FOREVER ? FOREVER : nanos - (System.nanoTime() - start);
            if (left <= 0) {
                return;
            }
            waiter = Thread.currentThread();
            try {
                // Whoever notes a key or wakes does so first, then looks for the waiter.
                if (noted.get() == null && !woken && isOpen()) {
                    LockSupport.parkNanos(this, left);
                }
            } finally {
                waiter = null;
            }
        }
    }

    /** Looks at all candidates and selects those that are ready. Says whether there are any. */
    private boolean look() {
        StackSelectionKey key = noted.getAndSet(null);
        while (key != null) {
            // From looking() on it may be noted again.
            StackSelectionKey next = key.nextToLook;
            key.nextToLook = null;
            key.looking();
            if (!key.candidate) {
                key.candidate = true;
                candidates.add(key);
            }
            key = next;
        }
        int kept = 0;
        for (int i = 0; i < candidates.size(); i++) {
            StackSelectionKey candidate = candidates.get(i);
            int ops = candidate.wantedAndReady();
            if (ops == 0) {
                candidate.candidate = false;
                continue;
            }
            candidates.set(kept++, candidate);
            boolean already = !selected.add(candidate);
            if (candidate.setReady(ops, already)) {
                updated++;
            }
        }
        candidates.subList(kept, candidates.size()).clear();
        return kept > 0;
    }

    private void forgetCancelled() {
        Set<SelectionKey> cancelled = cancelledKeys();
        synchronized (cancelled) {
            for (SelectionKey key : cancelled) {
                selected.remove(key);
                forget((StackSelectionKey) key);
            }
            cancelled.clear();
        }
    }

    private void forget(StackSelectionKey key) {
        key.pollable().watchers().remove(key);
        keys.remove(key);
        deregister(key);
    }

    @Override
    protected void implCloseSelector() {
        wakeup();
        synchronized (this) {
            synchronized (selectedView) {
                for (SelectionKey key : keys) {
                    key.cancel();
                }
                forgetCancelled();
                candidates.clear();
            }
        }
    }

    /** The selected keys as users have them: they remove, but do not add. */
    private static final class Removable extends AbstractSet<SelectionKey> {
        private final Set<SelectionKey> all;

        Removable(Set<SelectionKey> all) {
            this.all = all;
        }

        @Override
        public Iterator<SelectionKey> iterator() {
            return all.iterator();
        }

        @Override
        public int size() {
            return all.size();
        }

        @Override
        public boolean contains(Object key) {
            return all.contains(key);
        }

        @Override
        public boolean remove(Object key) {
            return all.remove(key);
        }

        @Override
        public void clear() {
            all.clear();
        }
    }
}
