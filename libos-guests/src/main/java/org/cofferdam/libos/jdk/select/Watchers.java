package org.cofferdam.libos.jdk.select;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/** The keys of one channel, which are told when it becomes ready. Any thread; {@link #tell} allocates nothing. */
public final class Watchers {
    private static final StackSelectionKey[] NONE = {};

    private final ReentrantLock change = new ReentrantLock();

    // Copied when it changes, which is rare, so that telling needs no lock.
    private volatile StackSelectionKey[] keys = NONE;

    void add(StackSelectionKey key) {
        change.lock();
        try {
            StackSelectionKey[] more = Arrays.copyOf(keys, keys.length + 1);
            more[keys.length] = key;
            keys = more;
        } finally {
            change.unlock();
        }
    }

    void remove(StackSelectionKey key) {
        change.lock();
        try {
            keys =
                    Arrays.stream(keys)
                            .filter(k -> !k.equals(key))
                            .toArray(StackSelectionKey[]::new);
        } finally {
            change.unlock();
        }
    }

    /** The channel may have become ready for something. It may come without need. */
    public void tell() {
        for (StackSelectionKey key : keys) {
            key.lookAgain();
        }
    }
}
