package org.cofferdam.libos.files.memory;

import static org.cofferdam.libos.files.memory.Pages.PAGE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** A file that can be written: pages, of which those that were never written are missing and read as zeros. */
final class PagedContent implements Content {
    /** Beyond it an array of pages would not do; a memory of that size is far away. */
    private static final long MOST_BYTES = (long) (Integer.MAX_VALUE - 8) * PAGE;

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Pages pages;
    private @Nullable MemorySegment[] held = new MemorySegment[0];
    private long size;

    /** Its name is the first holder. */
    private int holders = 1;

    PagedContent(Pages pages) {
        this.pages = pages;
    }

    @Override
    public long size() {
        lock.readLock().lock();
        try {
            return size;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public int read(long at, ByteBuffer to) {
        lock.readLock().lock();
        try {
            if (at >= size) {
                return -1;
            }
            int length = (int) Math.min(to.remaining(), size - at);
            for (int done = 0; done < length; ) {
                long place = at + done;
                int within = (int) (place % PAGE);
                int part = Math.min(PAGE - within, length - done);
                MemorySegment page = page(place / PAGE);
                if (page == null) {
                    to.put(new byte[part]);
                } else {
                    to.put(page.asSlice(within, part).asByteBuffer());
                }
                done += part;
            }
            return length;
        } finally {
            lock.readLock().unlock();
        }
    }

    private @Nullable MemorySegment page(long index) {
        return index < held.length ? held[(int) index] : null;
    }

    @Override
    public int write(long at, ByteBuffer from) throws IOException {
        lock.writeLock().lock();
        try {
            return writeLocked(at, from);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public long append(ByteBuffer from) throws IOException {
        lock.writeLock().lock();
        try {
            writeLocked(size, from);
            return size;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private int writeLocked(long at, ByteBuffer from) throws IOException {
        int length = from.remaining();
        if (at > MOST_BYTES - length) {
            throw new IOException("File too large");
        }
        int done = 0;
        while (done < length) {
            long place = at + done;
            int within = (int) (place % PAGE);
            int part = Math.min(PAGE - within, length - done);
            MemorySegment page;
            try {
                page = made((int) (place / PAGE));
            } catch (IOException full) {
                if (done == 0) {
                    throw full;
                }
                break; // what was written counts, as with a full disk
            }
            ByteBuffer some = from.slice(from.position(), part);
            page.asSlice(within, part).asByteBuffer().put(some);
            from.position(from.position() + part);
            done += part;
            size = Math.max(size, place + part);
        }
        return done;
    }

    private MemorySegment made(int index) throws IOException {
        if (index >= held.length) {
            int wanted = Math.max(index + 1, Math.min(held.length * 2, Integer.MAX_VALUE - 8));
            // A sparse file's far end costs an array of that length; it is bounded as if it were
            // pages.
            if ((long) wanted * Long.BYTES > pages.limit()) {
                wanted = index + 1;
                if ((long) wanted * Long.BYTES > pages.limit()) {
                    throw Pages.full();
                }
            }
            held = Arrays.copyOf(held, wanted);
        }
        MemorySegment page = held[index];
        if (page == null) {
            page = pages.take();
            held[index] = page;
        }
        return page;
    }

    @Override
    public void truncate(long wanted) {
        lock.writeLock().lock();
        try {
            if (wanted >= size) {
                return;
            }
            size = wanted;
            int kept = (int) ((wanted + PAGE - 1) / PAGE);
            release(kept);
            int within = (int) (wanted % PAGE);
            MemorySegment last = within == 0 ? null : page(wanted / PAGE);
            if (last != null) {
                last.asSlice(within).fill((byte) 0); // it would show when the file grows again
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void release(int from) {
        for (int i = from; i < held.length; i++) {
            MemorySegment page = held[i];
            if (page != null) {
                pages.giveBack(page);
            }
        }
        held = Arrays.copyOf(held, Math.min(from, held.length));
    }

    @Override
    public @Nullable MemorySegment whole() {
        return null;
    }

    @Override
    public void opened() {
        lock.writeLock().lock();
        try {
            holders++;
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void closed() {
        lock.writeLock().lock();
        try {
            if (--holders == 0) {
                size = 0;
                release(0);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
