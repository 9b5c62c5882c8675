package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.SelectorProvider;
import org.cofferdam.libos.jdk.select.Pollable;
import org.cofferdam.libos.jdk.select.Watchers;
import org.cofferdam.libos.net.socket.StreamRing;

/** A pipe whose bytes lie in the heap. Its two ends may be used by two threads; each end takes turns. */
public final class MemoryPipe extends Pipe {
    /** As many as Linux's pipe holds (pipe(7)). */
    private static final int BYTES = 1 << 16;

    private final StreamRing ring = new StreamRing(MemorySegment.ofArray(new byte[BYTES]));
    private final Source source;
    private final Sink sink;

    /** An empty pipe. */
    public MemoryPipe(SelectorProvider provider) {
        source = new Source(provider);
        sink = new Sink(provider);
    }

    @Override
    public SourceChannel source() {
        return source;
    }

    @Override
    public SinkChannel sink() {
        return sink;
    }

    /** Something changed: both ends look again. */
    private void tell(Side side, Watchers watchers) {
        // What changed is visible before a waiter is looked for; see Side.
        VarHandle.fullFence();
        side.wake();
        watchers.tell();
    }

    private final class Source extends SourceChannel implements Pollable {
        private final Side side = new Side();
        private final Watchers watchers = new Watchers();

        Source(SelectorProvider provider) {
            super(provider);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return (int) read(new ByteBuffer[] {target}, 0, 1);
        }

        @Override
        public long read(ByteBuffer[] targets) throws IOException {
            return read(targets, 0, targets.length);
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            long wanted = Buffers.writable(targets, offset, length);
            side.take();
            try {
                if (!isOpen()) {
                    throw new ClosedChannelException();
                }
                if (wanted == 0 || !isBlocking()) {
                    return wanted == 0 ? 0 : readSome(targets, offset, length);
                }
                long n = 0;
                begin();
                try {
                    while (isOpen() && (n = readSome(targets, offset, length)) == 0) {
                        boolean ignored =
                                side.await(() -> readyOps() != 0 || !isOpen(), Side.FOREVER);
                        assert ignored;
                    }
                } finally {
                    end(n != 0);
                }
                return n;
            } finally {
                side.give();
            }
        }

        private long readSome(ByteBuffer[] targets, int offset, int length) {
            // Looked at before the ring: what was written before the end is there then.
            boolean ended = !sink.isOpen();
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                total += ring.read(targets[i]);
                if (targets[i].hasRemaining()) {
                    break;
                }
            }
            if (total > 0) {
                tell(sink.side, sink.watchers);
            }
            return total == 0 && ended ? -1 : total;
        }

        @Override
        public int readyOps() {
            return ring.readable() > 0 || !sink.isOpen() ? SelectionKey.OP_READ : 0;
        }

        @Override
        public Watchers watchers() {
            return watchers;
        }

        @Override
        protected void implCloseSelectableChannel() {
            side.wake();
            tell(sink.side, sink.watchers);
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            // Each operation looks for itself.
        }
    }

    private final class Sink extends SinkChannel implements Pollable {
        private final Side side = new Side();
        private final Watchers watchers = new Watchers();

        Sink(SelectorProvider provider) {
            super(provider);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return (int) write(new ByteBuffer[] {from}, 0, 1);
        }

        @Override
        public long write(ByteBuffer[] sources) throws IOException {
            return write(sources, 0, sources.length);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            long wanted = Buffers.readable(sources, offset, length);
            side.take();
            try {
                if (!isOpen()) {
                    throw new ClosedChannelException();
                }
                if (wanted == 0 || !isBlocking()) {
                    return wanted == 0 ? 0 : writeSome(sources, offset, length);
                }
                long n = 0;
                begin();
                try {
                    n = writeSome(sources, offset, length);
                    while (n < wanted && isOpen()) {
                        boolean ignored =
                                side.await(() -> readyOps() != 0 || !isOpen(), Side.FOREVER);
                        assert ignored;
                        n += writeSome(sources, offset, length);
                    }
                } finally {
                    end(n > 0);
                }
                if (n == 0) {
                    throw new AsynchronousCloseException();
                }
                return n;
            } finally {
                side.give();
            }
        }

        private long writeSome(ByteBuffer[] sources, int offset, int length) throws IOException {
            if (!source.isOpen()) {
                throw new IOException("Broken pipe");
            }
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                total += ring.write(sources[i]);
                if (sources[i].hasRemaining()) {
                    break;
                }
            }
            if (total > 0) {
                tell(source.side, source.watchers);
            }
            return total;
        }

        @Override
        public int readyOps() {
            return ring.free() > 0 || !source.isOpen() ? SelectionKey.OP_WRITE : 0;
        }

        @Override
        public Watchers watchers() {
            return watchers;
        }

        @Override
        protected void implCloseSelectableChannel() {
            side.wake();
            tell(source.side, source.watchers);
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            // Each operation looks for itself.
        }
    }
}
