package org.cofferdam.libos.files.memory;

import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The locks on one file. They are between channels of one process, so two that overlap are a mistake. Any thread. */
final class Locks {
    private final ReentrantLock guard = new ReentrantLock();
    private final List<Held> held = new ArrayList<>();

    FileLock take(FileChannel channel, long at, long size, boolean shared) {
        Held wanted = new Held(channel, at, size, shared);
        guard.lock();
        try {
            for (Held each : held) {
                if (each.overlaps(at, size)) {
                    throw new OverlappingFileLockException();
                }
            }
            held.add(wanted);
            return wanted;
        } finally {
            guard.unlock();
        }
    }

    void dropAll(FileChannel channel) {
        guard.lock();
        try {
            held.removeIf(
                    each -> {
                        boolean own = channel.equals(each.channel());
                        each.valid &= !own;
                        return own;
                    });
        } finally {
            guard.unlock();
        }
    }

    private final class Held extends FileLock {
        private volatile boolean valid = true;

        Held(FileChannel channel, long at, long size, boolean shared) {
            super(channel, at, size, shared);
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public void release() throws ClosedChannelException {
            if (!acquiredBy().isOpen()) {
                throw new ClosedChannelException();
            }
            guard.lock();
            try {
                held.remove(this);
                valid = false;
            } finally {
                guard.unlock();
            }
        }
    }
}
