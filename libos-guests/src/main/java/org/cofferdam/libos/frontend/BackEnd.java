package org.cofferdam.libos.frontend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.UnixStream;

/**
 * A connection to a back end, over which requests are sent and answers awaited (vhost-user specification,
 * "Communication").
 *
 * <pre>
 *  0  u32 request    4  u32 flags: version 0..1, reply 2, need_reply 3    8  u32 size    12  payload
 * </pre>
 *
 * <p>Little-endian. One thread at a time; each method may wait for as long as the answer is given time.
 */
public final class BackEnd implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final int MOST_PAYLOAD = 12 + 256;
    private static final int VERSION = 1;
    private static final int REPLY = 4;
    private static final int NEED_REPLY = 8;

    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final UnixStream stream;
    private final long patienceNanos;
    private final Epoll epoll = Epoll.create(1);
    private final Arena arena = Arena.ofShared();
    private final MemorySegment message = arena.allocate(HEADER_BYTES + MOST_PAYLOAD, 8);
    private boolean acknowledged;

    private BackEnd(UnixStream stream, Duration patience) {
        this.stream = stream;
        this.patienceNanos = patience.toNanos();
        epoll.add(stream.fd(), Epoll.IN, 0);
    }

    /**
     * Connects to a back end that listens.
     *
     * @param patience how long each answer may take
     * @throws BackEndException if nobody listens there
     */
    public static BackEnd connect(Path socket, Duration patience) throws BackEndException {
        try {
            return new BackEnd(UnixStream.connect(socket), patience);
        } catch (NativeCallException e) {
            throw new BackEndException("no back end listens at " + socket, e);
        }
    }

    /**
     * A connection that was made already, to a back end or to whoever carries the talk to one.
     *
     * @param stream this object's own from now on
     * @param patience how long each answer may take
     */
    public static BackEnd over(UnixStream stream, Duration patience) {
        return new BackEnd(stream, patience);
    }

    /** From now on the back end says of each request whether it did it (REPLY_ACK was negotiated). */
    void acknowledged() {
        acknowledged = true;
    }

    /** Sends a request of 64-bit words and, where acknowledged, waits until it was done. */
    void tell(Request request, long[] words, int... fds) throws BackEndException {
        for (int i = 0; i < words.length; i++) {
            message.set(U64, HEADER_BYTES + 8L * i, words[i]);
        }
        send(request, 8 * words.length, acknowledged, fds);
        if (acknowledged) {
            long refusal = number(request);
            if (refusal != 0) {
                throw new BackEndException("the back end refuses " + request);
            }
        }
    }

    /** Sends a request of a ring's number and another one. */
    void tellRing(Request request, int ring, int value) throws BackEndException {
        tell(request, new long[] {Integer.toUnsignedLong(ring) | (long) value << 32});
    }

    /** Asks for a number of 64 bits. */
    long ask(Request request, long... words) throws BackEndException {
        for (int i = 0; i < words.length; i++) {
            message.set(U64, HEADER_BYTES + 8L * i, words[i]);
        }
        send(request, 8 * words.length, false);
        return number(request);
    }

    /** Asks for a part of the device's configuration space, at most 256 bytes of it. */
    byte[] config(int offset, int bytes) throws BackEndException {
        message.asSlice(HEADER_BYTES, 12 + (long) bytes).fill((byte) 0);
        message.set(U32, HEADER_BYTES, offset);
        message.set(U32, HEADER_BYTES + 4, bytes);
        send(Request.GET_CONFIG, 12 + bytes, false);
        if (receive(Request.GET_CONFIG) != 12 + bytes) {
            throw new BackEndException("the back end has no such configuration");
        }
        return message.asSlice(HEADER_BYTES + 12L, bytes).toArray(ValueLayout.JAVA_BYTE);
    }

    private void send(Request request, int payload, boolean answer, int... fds)
            throws BackEndException {
        message.set(U32, 0, request.code());
        message.set(U32, 4, VERSION | (answer ? NEED_REPLY : 0));
        message.set(U32, 8, payload);
        int bytes = HEADER_BYTES + payload;
        int sent = stream.send(message, 0, bytes, fds);
        // A back end that takes no hundred bytes does not read; to send the rest would only hide
        // it.
        if (sent != bytes) {
            throw new BackEndException(
                    sent == UnixStream.END
                            ? "the back end has hung up"
                            : "the back end does not read");
        }
    }

    private long number(Request request) throws BackEndException {
        if (receive(request) != 8) {
            throw new BackEndException("the back end's answer to " + request + " is no number");
        }
        return message.get(U64, HEADER_BYTES);
    }

    /** Reads the answer to a request into {@link #message}; the bytes of its payload. */
    private int receive(Request request) throws BackEndException {
        receive(0, HEADER_BYTES);
        int flags = message.get(U32, 4);
        int size = message.get(U32, 8);
        if (message.get(U32, 0) != request.code()
                || (flags & (VERSION | REPLY)) != (VERSION | REPLY)
                || size < 0
                || size > MOST_PAYLOAD) {
            throw new BackEndException("the back end's answer to " + request + " is none");
        }
        receive(HEADER_BYTES, size);
        return size;
    }

    private void receive(int offset, int bytes) throws BackEndException {
        long deadline = System.nanoTime() + patienceNanos;
        List<PassedDescriptor> unwanted = new ArrayList<>();
        int read = 0;
        while (read < bytes) {
            int n = stream.receive(message, offset + (long) read, bytes - read, unwanted);
            unwanted.forEach(PassedDescriptor::close);
            unwanted.clear();
            if (n == UnixStream.END) {
                throw new BackEndException("the back end has hung up");
            }
            read += n;
            if (n == 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new BackEndException("the back end does not answer");
                }
                epoll.await(left);
            }
        }
    }

    /**
     * Whether the back end is still there. It says nothing of its own accord over this connection, so what can be read
     * is its end, or a fault of its own that ends it, too. One system call.
     */
    public boolean isThere() {
        return epoll.await(0) == 0;
    }

    @Override
    public void close() {
        epoll.close();
        stream.close();
        arena.close();
    }
}
