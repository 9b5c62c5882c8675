package org.cofferdam.libos.net.dns;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.libos.net.link.Cable;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.stack.StackSettings;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * A name server that says what the test wants, on the right of two stacks on one cable in real time.
 *
 * <pre>
 *  left 10.9.0.1, fd00:9::1 === cable === right 10.9.0.2, fd00:9::2: port 53
 * </pre>
 */
final class HandServer {
    static final IpAddress ADDRESS = IpAddress.parse("10.9.0.2");
    static final IpAddress ADDRESS_V6 = IpAddress.parse("fd00:9::2");

    /** Nobody has it. */
    static final IpAddress DEAD = IpAddress.parse("10.9.0.9");

    final NetworkStack left;
    private final NetworkStack right;
    private volatile Script udp = question -> List.of();
    private volatile Script tcp = question -> List.of();
    private final UdpSocket socket;
    private final TcpListener listener;
    private final List<TcpConnection> connections = new ArrayList<>();
    private final List<Question> asked = new ArrayList<>();
    private final Thread thread;
    private @Nullable Throwable failure;
    private volatile boolean ending;

    /** A question as it came. */
    record Question(String name, int type, ByteBuffer message, boolean overTcp) {
        byte[] bytes() {
            byte[] bytes = new byte[message.capacity()];
            message.get(0, bytes);
            return bytes;
        }

        boolean isExtended() {
            return message.get(11) == 1;
        }

        /** Where the question ends. */
        int end() {
            return 12 + name.length() + 2 + 4;
        }
    }

    /** What the server says to a question: none, one or several messages. */
    interface Script {
        List<byte[]> answer(Question question);
    }

    HandServer() throws NetException {
        Cable cable =
                new Cable(
                        MacAddress.parse("02:cf:00:00:00:01"),
                        MacAddress.parse("02:cf:00:00:00:02"),
                        1500,
                        LinkFeatures.ALL,
                        256);
        SplittableRandom random = new SplittableRandom(5);
        thread = Thread.ofPlatform().name("both stacks").daemon().unstarted(this::run);
        Runnable wake = () -> LockSupport.unpark(thread);
        left =
                new NetworkStack(
                        cable.left(),
                        System::nanoTime,
                        random.split(),
                        wake,
                        StackSettings.DEFAULT);
        right =
                new NetworkStack(
                        cable.right(),
                        System::nanoTime,
                        random.split(),
                        wake,
                        StackSettings.DEFAULT);
        left.setV4(IpAddress.parse("10.9.0.1"), 24, IpAddress.ANY_V4);
        right.setV4(ADDRESS, 24, IpAddress.ANY_V4);
        left.addV6(IpAddress.parse("fd00:9::1"), 64);
        right.addV6(ADDRESS_V6, 64);
        socket = right.udp().open(IpAddress.ANY_V6, 53, 0);
        listener = right.tcp().listen(IpAddress.ANY_V6, 53, 16, 0);
        thread.start();
    }

    /** Says what it does over UDP and over TCP; until then it is silent. */
    void does(Script overUdp, Script overTcp) {
        udp = overUdp;
        tcp = overTcp;
    }

    /** All questions so far. */
    List<Question> asked() {
        synchronized (asked) {
            return List.copyOf(asked);
        }
    }

    private void run() {
        try {
            while (!ending) {
                int work = left.doWork() + right.doWork() + serveUdp() + serveTcp();
                if (work == 0) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    private Question note(byte[] bytes, boolean overTcp) throws MalformedMessageException {
        DnsReader in = new DnsReader(bytes, bytes.length, 12);
        Question question =
                new Question(in.name().toString(), in.u16(), ByteBuffer.wrap(bytes), overTcp);
        synchronized (asked) {
            asked.add(question);
        }
        return question;
    }

    private int serveUdp() throws NetException, MalformedMessageException {
        ByteBuffer in = ByteBuffer.allocate(2000);
        if (socket.receive(in) < 0) {
            return 0;
        }
        byte[] bytes = new byte[in.flip().remaining()];
        in.get(bytes);
        for (byte[] reply : udp.answer(note(bytes, false))) {
            boolean ignored =
                    socket.send(ByteBuffer.wrap(reply), socket.sender(), socket.senderPort());
            assert ignored;
        }
        return 1;
    }

    private int serveTcp() throws NetException, MalformedMessageException {
        TcpConnection accepted = listener.accept();
        if (accepted != null) {
            connections.add(accepted);
        }
        int work = 0;
        for (TcpConnection connection : List.copyOf(connections)) {
            byte[] bytes = new byte[600];
            int n;
            try {
                n = connection.read(bytes, 0, bytes.length);
            } catch (NetException e) {
                n = -1;
            }
            if (n < 0) {
                connections.remove(connection);
                connection.close();
            } else if (n > 0) {
                // A query is short and comes in one piece here.
                Question question = note(java.util.Arrays.copyOfRange(bytes, 2, n), true);
                for (byte[] reply : tcp.answer(question)) {
                    connection.write(ByteBuffer.wrap(reply));
                }
                work++;
            }
        }
        return work;
    }

    void end() throws InterruptedException {
        ending = true;
        LockSupport.unpark(thread);
        thread.join();
        left.close();
        right.close();
        if (failure != null) {
            throw new AssertionError(failure);
        }
    }
}
