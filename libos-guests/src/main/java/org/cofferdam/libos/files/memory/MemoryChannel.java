package org.cofferdam.libos.files.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A channel to a file in memory. Any thread; operations on the channel's own position are one after the other, others
 * at once. Nothing blocks, so nobody is interrupted in it.
 *
 * <p>A mapping is a private copy, read-only or private; {@code READ_WRITE} is refused.
 */
final class MemoryChannel extends FileChannel {
    private static final int TRANSFER_BYTES = 64 * 1024;

    /** How a channel was opened. */
    record Mode(boolean read, boolean write, boolean append) {}

    private final ReentrantLock ownPosition = new ReentrantLock();
    private final Node.File file;
    private final Content content;
    private final Mode mode;
    private final Runnable whenClosed;
    private long position;

    /** The content has been told that it is opened. */
    MemoryChannel(Node.File file, Mode mode, Runnable whenClosed) {
        this.file = file;
        this.content = file.content;
        this.mode = mode;
        this.whenClosed = whenClosed;
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void checkRead(@Nullable ByteBuffer to) throws ClosedChannelException {
        checkOpen();
        if (!mode.read()) {
            throw new NonReadableChannelException();
        }
        if (to != null && to.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    private void checkWrite() throws ClosedChannelException {
        checkOpen();
        if (!mode.write()) {
            throw new NonWritableChannelException();
        }
    }

    private static void checkPosition(long at) {
        if (at < 0) {
            throw new IllegalArgumentException("Negative position");
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        checkRead(to);
        ownPosition.lock();
        try {
            int got = content.read(position, to);
            position += Math.max(0, got);
            return got;
        } finally {
            ownPosition.unlock();
        }
    }

    @Override
    public int read(ByteBuffer to, long at) throws IOException {
        checkPosition(at);
        checkRead(to);
        return content.read(at, to);
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        checkRead(null);
        ownPosition.lock();
        try {
            long all = 0;
            for (int i = offset; i < offset + length; i++) {
                if (to[i].isReadOnly()) {
                    throw new IllegalArgumentException("Read-only buffer");
                }
                int wanted = to[i].remaining();
                int got = wanted == 0 ? 0 : content.read(position, to[i]);
                if (got < 0) {
                    return all == 0 ? -1 : all;
                }
                position += got;
                all += got;
                if (got < wanted) {
                    return all;
                }
            }
            return all;
        } finally {
            ownPosition.unlock();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        checkWrite();
        ownPosition.lock();
        try {
            int length = from.remaining();
            if (mode.append()) {
                position = content.append(from);
            } else {
                position += content.write(position, from);
            }
            file.touched();
            return length - from.remaining();
        } finally {
            ownPosition.unlock();
        }
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
        checkPosition(at);
        checkWrite();
        int length = from.remaining();
        if (mode.append()) { // as Linux does: pwrite(2), BUGS
            content.append(from);
        } else {
            content.write(at, from);
        }
        file.touched();
        return length - from.remaining();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        checkWrite();
        ownPosition.lock();
        try {
            long all = 0;
            for (int i = offset; i < offset + length; i++) {
                int wanted = from[i].remaining();
                int put = write(from[i]);
                all += put;
                if (put < wanted) {
                    break;
                }
            }
            return all;
        } finally {
            ownPosition.unlock();
        }
    }

    @Override
    public long position() throws IOException {
        checkOpen();
        ownPosition.lock();
        try {
            return mode.append() ? content.size() : position;
        } finally {
            ownPosition.unlock();
        }
    }

    @Override
    public FileChannel position(long at) throws IOException {
        checkOpen();
        checkPosition(at);
        ownPosition.lock();
        try {
            position = at;
            return this;
        } finally {
            ownPosition.unlock();
        }
    }

    @Override
    public long size() throws IOException {
        checkOpen();
        return content.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        checkOpen();
        if (size < 0) {
            throw new IllegalArgumentException("Negative size");
        }
        checkWrite();
        ownPosition.lock();
        try {
            content.truncate(size);
            file.touched();
            position = Math.min(position, size);
            return this;
        } finally {
            ownPosition.unlock();
        }
    }

    @Override
    public void force(boolean metaData) throws IOException {
        checkOpen(); // memory is all there is
    }

    @Override
    public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
        checkPosition(at);
        checkCount(count);
        checkRead(null);
        if (!target.isOpen()) {
            throw new ClosedChannelException();
        }
        if (target instanceof FileChannel && !isWritable(target)) {
            throw new NonWritableChannelException();
        }
        long length = Math.min(count, Math.max(0, content.size() - at));
        MemorySegment whole = content.whole();
        if (whole != null) {
            int most = (int) Math.min(length, Integer.MAX_VALUE);
            return most == 0 ? 0 : target.write(whole.asSlice(at, most).asByteBuffer());
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(length, TRANSFER_BYTES));
        long done = 0;
        while (done < length) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
            if (content.read(at + done, buffer) <= 0) {
                break;
            }
            buffer.flip();
            int put = target.write(buffer);
            done += put;
            if (buffer.hasRemaining()) {
                break;
            }
        }
        return done;
    }

    private static boolean isWritable(WritableByteChannel target) {
        return !(target instanceof MemoryChannel memory) || memory.mode.write();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
        checkPosition(at);
        checkCount(count);
        checkWrite();
        if (!source.isOpen()) {
            throw new ClosedChannelException();
        }
        if (at > content.size()) {
            return 0; // as the interface says
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, TRANSFER_BYTES));
        long done = 0;
        while (done < count) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
            if (source.read(buffer) <= 0) {
                break;
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                done += write(buffer, at + done);
            }
        }
        return done;
    }

    private static void checkCount(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("Negative count");
        }
    }

    @Override
    public MappedByteBuffer map(MapMode how, long at, long size) throws IOException {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Size exceeds Integer.MAX_VALUE");
        }
        checkMap(how, at, size);
        MemorySegment whole = content.whole();
        boolean unchanging = whole != null && whole.isNative() && at + size <= whole.byteSize();
        if (how.equals(MapMode.READ_ONLY) && whole != null && unchanging) {
            return (MappedByteBuffer) whole.asSlice(at, size).asByteBuffer();
        }
        ByteBuffer copy = ByteBuffer.allocateDirect((int) size);
        fill(copy, at);
        copy.clear();
        return (MappedByteBuffer) (how.equals(MapMode.READ_ONLY) ? copy.asReadOnlyBuffer() : copy);
    }

    @Override
    public MemorySegment map(MapMode how, long at, long size, Arena arena) throws IOException {
        checkMap(how, at, size);
        MemorySegment copy = arena.allocate(size, 8);
        for (long done = 0; done < size; ) {
            long part = Math.min(size - done, TRANSFER_BYTES);
            if (!fill(copy.asSlice(done, part).asByteBuffer(), at + done)) {
                break;
            }
            done += part;
        }
        return how.equals(MapMode.READ_ONLY) ? copy.asReadOnly() : copy;
    }

    private void checkMap(MapMode how, long at, long size) throws IOException {
        checkOpen();
        checkPosition(at);
        if (size < 0 || at > Long.MAX_VALUE - size) {
            throw new IllegalArgumentException("position " + at + " and size " + size);
        }
        if (!mode.read()) {
            throw new NonReadableChannelException();
        }
        if (!how.equals(MapMode.READ_ONLY) && !mode.write()) {
            throw new NonWritableChannelException();
        }
        if (!how.equals(MapMode.READ_ONLY) && !how.equals(MapMode.PRIVATE)) {
            throw new UnsupportedOperationException(
                    "a guest's files are mapped READ_ONLY or PRIVATE, not " + how);
        }
    }

    private boolean fill(ByteBuffer to, long from) throws IOException {
        while (to.hasRemaining()) {
            int got = content.read(from, to);
            if (got <= 0) {
                return false;
            }
            from += got;
        }
        return true;
    }

    @Override
    public FileLock lock(long at, long size, boolean shared) throws IOException {
        return tryLock(
                at, size,
                shared); // only this process has these files, and it does not wait for itself
    }

    @Override
    public FileLock tryLock(long at, long size, boolean shared) throws IOException {
        checkOpen();
        if (shared && !mode.read()) {
            throw new NonReadableChannelException();
        }
        if (!shared && !mode.write()) {
            throw new NonWritableChannelException();
        }
        return file.locks.take(this, at, size == 0 ? Long.MAX_VALUE - at : size, shared);
    }

    @Override
    protected void implCloseChannel() {
        file.locks.dropAll(this);
        whenClosed.run();
        content.closed();
    }
}
