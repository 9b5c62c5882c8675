package org.cofferdam.libos.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A folder's content, as it was when the stream was opened. */
final class Listing implements DirectoryStream<Path> {
    private final Iterator<Path> all;
    private final Filter<? super Path> filter;
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile boolean closed;

    Listing(Iterator<Path> all, Filter<? super Path> filter) {
        this.all = all;
        this.filter = filter;
    }

    @Override
    public Iterator<Path> iterator() {
        if (closed || taken.getAndSet(true)) {
            throw new IllegalStateException(
                    closed ? "Directory stream is closed" : "Iterator already obtained");
        }
        return new Iterator<>() {
            private @Nullable Path next;

            @Override
            public boolean hasNext() {
                try {
                    while (next == null && !closed && all.hasNext()) {
                        Path candidate = all.next();
                        next = filter.accept(candidate) ? candidate : null;
                    }
                } catch (IOException e) {
                    throw new DirectoryIteratorException(e);
                }
                return next != null;
            }

            @Override
            public Path next() {
                Path found = hasNext() ? next : null;
                if (found == null) {
                    throw new NoSuchElementException();
                }
                next = null;
                return found;
            }
        };
    }

    @Override
    public void close() {
        closed = true;
    }
}
