package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.tcp.TcpConnection;

/** One direction of a connection: bytes of a seed are written at one end and compared at the other. */
final class CheckedStream {
    private final TcpConnection from;
    private final TcpConnection to;
    private final SplittableRandom written;
    private final SplittableRandom expected;
    private final SplittableRandom sizes;
    private final long total;
    private final byte[] chunk = new byte[20_000];
    private final byte[] compare = new byte[20_000];
    private int chunkAt;
    private int chunkEnd;
    private long sent;
    private long received;
    private boolean ended;

    CheckedStream(TcpConnection from, TcpConnection to, long total, long seed) {
        this.from = from;
        this.to = to;
        this.total = total;
        this.written = new SplittableRandom(seed);
        this.expected = new SplittableRandom(seed);
        this.sizes = new SplittableRandom(seed + 1);
    }

    /** Writes and reads what goes now. Says whether all has arrived, and the stream's end with it. */
    boolean work() {
        try {
            write();
            read();
        } catch (NetException e) {
            throw new AssertionError("after " + sent + " and " + received + " bytes", e);
        }
        return ended;
    }

    private void write() throws NetException {
        while (sent < total) {
            if (chunkAt == chunkEnd) {
                chunkEnd = (int) Math.min(1 + sizes.nextInt(chunk.length), total - sent);
                chunkAt = 0;
                for (int i = 0; i < chunkEnd; i++) {
                    chunk[i] = (byte) written.nextInt();
                }
            }
            int n = from.write(chunk, chunkAt, chunkEnd - chunkAt);
            if (n == 0) {
                return;
            }
            chunkAt += n;
            sent += n;
            if (sent == total) {
                from.shutdownOutput();
            }
        }
    }

    private void read() throws NetException {
        int n;
        while (!ended && (n = to.read(compare, 0, 1 + sizes.nextInt(compare.length))) != 0) {
            if (n < 0) {
                assertEquals(total, received, "bytes before the stream's end");
                ended = true;
                return;
            }
            for (int i = 0; i < n; i++) {
                if (compare[i] != (byte) expected.nextInt()) {
                    throw new AssertionError("byte " + (received + i) + " is another");
                }
            }
            received += n;
        }
    }

    long received() {
        return received;
    }
}
