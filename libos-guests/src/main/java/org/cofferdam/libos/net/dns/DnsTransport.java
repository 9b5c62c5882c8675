package org.cofferdam.libos.net.dns;

import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.dns.DnsQuery.Match;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Asks one server one question. Each question has a socket of its own, so its port is random (RFC 5452, section 9.2); it
 * is connected, so that only the server's datagrams come, and its refusal is heard.
 *
 * <p>Over TCP goes what is truncated (RFC 7766, section 5), and what looks as if somebody guesses: a reply that differs in
 * the case of letters, or many that do not match.
 *
 * <p>Any thread but the stack's; it waits.
 */
final class DnsTransport {
    private static final int PORT = 53;

    /** What the socket takes in: more than was asked for, so that a longer datagram is seen to be one. */
    private static final int RECEIVE_BYTES = 4096;

    /** Replies that do not match before the question goes over TCP. */
    private static final int MOST_WRONG = 16;

    private static final int LEAST_TCP_BYTES = 12;
    private static final long STACK_PATIENCE_SECONDS = 10;

    private final NetworkStack stack;
    private final RandomGenerator random;
    private final ReentrantLock randomLock = new ReentrantLock();

    /** What a socket's end of a question came to. */
    private record Outcome(@Nullable DnsReply reply, boolean overTcp) {
        static final Outcome SILENCE = new Outcome(null, false);
        static final Outcome TCP = new Outcome(null, true);
    }

    DnsTransport(NetworkStack stack, RandomGenerator random) {
        this.stack = stack;
        this.random = random;
    }

    /**
     * Asks, and waits.
     *
     * @param patience nanoseconds for each of UDP and TCP
     * @return the reply, or null if there was none in time that can be used
     */
    @Nullable DnsReply ask(IpAddress server, DnsName name, int type, long patience) {
        DnsReply reply = ask(server, query(name, type, true), patience);
        if (reply != null
                && (reply.code() == DnsReply.FORMAT_ERROR
                        || reply.code() == DnsReply.NOT_IMPLEMENTED
                        || reply.code() == DnsReply.BAD_VERSION)) {
            // RFC 6891, section 6.2.2: the server does not know the OPT record.
            return ask(server, query(name, type, false), patience);
        }
        return reply;
    }

    private DnsQuery query(DnsName name, int type, boolean extended) {
        randomLock.lock();
        try {
            return new DnsQuery(name, type, extended, random);
        } finally {
            randomLock.unlock();
        }
    }

    private @Nullable DnsReply ask(IpAddress server, DnsQuery query, long patience) {
        try {
            Outcome outcome = overUdp(server, query, System.nanoTime() + patience);
            return outcome.overTcp
                    ? overTcp(server, query, System.nanoTime() + patience)
                    : outcome.reply;
        } catch (NetException | MalformedMessageException e) {
            // Refused, unreachable, or a server that talks nonsense: another may be better.
            return null;
        }
    }

    private Outcome overUdp(IpAddress server, DnsQuery query, long deadline)
            throws NetException, MalformedMessageException {
        UdpSocket socket =
                onStack(
                        () -> {
                            IpAddress any = server.isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
                            UdpSocket made = stack.udp().open(any, 0, 0);
                            made.connect(server, PORT);
                            return made;
                        });
        try {
            Waiter waiter = new Waiter();
            socket.listen(waiter);
            if (!socket.send(ByteBuffer.wrap(query.bytes()), server, PORT)) {
                return Outcome.SILENCE;
            }
            byte[] reply = new byte[RECEIVE_BYTES];
            for (int wrong = 0; wrong < MOST_WRONG; ) {
                int length = socket.receive(ByteBuffer.wrap(reply));
                if (length == UdpSocket.NONE) {
                    if (!waiter.await(() -> (socket.ready() & Endpoint.READABLE) != 0, deadline)) {
                        return Outcome.SILENCE;
                    }
                    continue;
                }
                Match match = query.match(reply, length);
                if (match == Match.BUT_FOR_CASE || length == RECEIVE_BYTES) {
                    return Outcome.TCP;
                }
                if (match == Match.YES) {
                    DnsReply read = DnsReply.read(query, reply, length);
                    return read.truncated() ? Outcome.TCP : new Outcome(read, false);
                }
                wrong++;
            }
            return Outcome.TCP;
        } finally {
            socket.close();
        }
    }

    private @Nullable DnsReply overTcp(IpAddress server, DnsQuery query, long deadline)
            throws NetException, MalformedMessageException {
        TcpConnection connection =
                onStack(
                        () -> {
                            TcpConnection made = stack.tcp().open();
                            made.connect(server, PORT);
                            return made;
                        });
        try {
            Waiter waiter = new Waiter();
            connection.listen(waiter);
            if (!waiter.await(() -> !connection.isConnecting(), deadline)
                    || connection.error() != null) {
                return null;
            }
            // RFC 1035, section 4.2.2: the length, then the message; RFC 7766, section 8: at once.
            byte[] asked = query.bytes();
            ByteBuffer out = ByteBuffer.allocate(2 + asked.length);
            out.putShort((short) asked.length).put(asked).flip();
            if (connection.write(out) < 0 || out.hasRemaining()) {
                return null;
            }
            byte[] head = read(connection, 2, waiter, deadline);
            if (head == null) {
                return null;
            }
            int length = (head[0] & 0xff) << 8 | (head[1] & 0xff);
            byte[] reply =
                    length < LEAST_TCP_BYTES ? null : read(connection, length, waiter, deadline);
            if (reply == null || query.match(reply, length) == Match.NO) {
                return null;
            }
            DnsReply read = DnsReply.read(query, reply, length);
            return read.truncated() ? null : read;
        } finally {
            connection.abort();
        }
    }

    private static byte @Nullable [] read(
            TcpConnection connection, int bytes, Waiter waiter, long deadline) throws NetException {
        byte[] all = new byte[bytes];
        int have = 0;
        while (have < bytes) {
            int n = connection.read(all, have, bytes - have);
            if (n < 0) {
                return null;
            }
            have += n;
            if (n == 0
                    && !waiter.await(
                            () -> (connection.ready() & Endpoint.READABLE) != 0, deadline)) {
                return null;
            }
        }
        return all;
    }

    private <T> T onStack(Callable<T> task) throws NetException {
        try {
            return stack.ask(task).orTimeout(STACK_PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof NetException failure) {
                throw failure;
            }
            throw e;
        }
    }
}
