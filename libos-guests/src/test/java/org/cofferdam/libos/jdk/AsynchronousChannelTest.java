package org.cofferdam.libos.jdk;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Asynchronous channels behave as java.nio.channels documents them, on stacks of ours. */
@Timeout(30)
@SuppressWarnings({"try", "ByteBufferBackingArray"}) // closing early is what is tested
class AsynchronousChannelTest {
    @SuppressWarnings("NullAway.Init") // before all tests
    private static TwoGuests two;

    @SuppressWarnings("NullAway.Init") // before all tests
    private static GuestAsynchronousChannelProvider left;

    @SuppressWarnings("NullAway.Init") // before all tests
    private static GuestAsynchronousChannelProvider right;

    @BeforeAll
    static void twoGuests() {
        two = new TwoGuests();
        left = new GuestAsynchronousChannelProvider(two.left);
        right = new GuestAsynchronousChannelProvider(two.right);
    }

    @AfterAll
    static void end() throws InterruptedException {
        two.end();
    }

    /** Gathers what a handler gets, and which thread it got it on. */
    private static final class Got<V> implements CompletionHandler<V, String> {
        private final CompletableFuture<V> result = new CompletableFuture<>();
        private volatile @Nullable Thread by;

        @Override
        public void completed(V value, String attachment) {
            by = Thread.currentThread();
            boolean first = attachment.equals("mine") && result.complete(value);
            assertTrue(first);
        }

        @Override
        public void failed(Throwable failure, String attachment) {
            by = Thread.currentThread();
            boolean first = attachment.equals("mine") && result.completeExceptionally(failure);
            assertTrue(first);
        }

        V value() throws Exception {
            return result.get(10, TimeUnit.SECONDS);
        }

        Throwable failure() {
            return requireNonNull(assertThrows(ExecutionException.class, this::value).getCause());
        }
    }

    private record Pair(AsynchronousSocketChannel client, AsynchronousSocketChannel server)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    private static AsynchronousServerSocketChannel listen(@Nullable AsynchronousChannelGroup group)
            throws IOException {
        return right.openAsynchronousServerSocketChannel(group)
                .bind(new InetSocketAddress("0.0.0.0", 0));
    }

    private static InetSocketAddress at(AsynchronousServerSocketChannel server) throws IOException {
        InetSocketAddress local = (InetSocketAddress) server.getLocalAddress();
        return new InetSocketAddress(TwoGuests.RIGHT, local.getPort());
    }

    private static Pair connected(@Nullable AsynchronousChannelGroup group) throws Exception {
        try (AsynchronousServerSocketChannel server = listen(null)) {
            Future<AsynchronousSocketChannel> accepted = server.accept();
            AsynchronousSocketChannel client = left.openAsynchronousSocketChannel(group);
            assertEquals(null, client.connect(at(server)).get(10, TimeUnit.SECONDS));
            return new Pair(client, accepted.get(10, TimeUnit.SECONDS));
        }
    }

    private static byte[] random(int n) {
        byte[] all = new byte[n];
        new Random(n).nextBytes(all);
        return all;
    }

    @Test
    void handlersPassAStreamBothWays() throws Exception {
        byte[] sent = random(2_000_000);
        try (Pair pair = connected(null)) {
            CompletableFuture<Boolean> echoed = new CompletableFuture<>();
            ByteBuffer all = ByteBuffer.allocate(sent.length);
            CompletionHandler<Integer, ByteBuffer> more =
                    new CompletionHandler<>() {
                        @Override
                        public void completed(Integer n, ByteBuffer into) {
                            if (n < 0 || !into.hasRemaining()) {
                                echoed.complete(Arrays.equals(sent, into.array()));
                            } else {
                                pair.server().read(into, into, this);
                            }
                        }

                        @Override
                        public void failed(Throwable why, ByteBuffer into) {
                            echoed.completeExceptionally(why);
                        }
                    };
            pair.server().read(all, all, more);
            ByteBuffer source = ByteBuffer.wrap(sent);
            while (source.hasRemaining()) {
                assertTrue(pair.client().write(source).get(10, TimeUnit.SECONDS) > 0);
            }
            assertTrue(echoed.get(10, TimeUnit.SECONDS));
            // Back by gathering and scattering.
            Got<Long> written = new Got<>();
            pair.server()
                    .write(
                            new ByteBuffer[] {
                                ByteBuffer.wrap(sent, 0, 10), ByteBuffer.wrap(sent, 10, 20)
                            },
                            0,
                            2,
                            5,
                            TimeUnit.SECONDS,
                            "mine",
                            written);
            assertEquals(30, written.value());
            ByteBuffer[] targets = {ByteBuffer.allocate(7), ByteBuffer.allocate(23)};
            Got<Long> got = new Got<>();
            pair.client().read(targets, 0, 2, 5, TimeUnit.SECONDS, "mine", got);
            assertEquals(30, got.value());
            pair.server().shutdownOutput();
            assertEquals(-1, pair.client().read(ByteBuffer.allocate(1)).get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aReadEndsWithItsTimeoutAndTheNextOneReads() throws Exception {
        try (Pair pair = connected(null)) {
            Got<Integer> late = new Got<>();
            pair.client().read(ByteBuffer.allocate(9), 30, TimeUnit.MILLISECONDS, "mine", late);
            assertInstanceOf(InterruptedByTimeoutException.class, late.failure());
            assertEquals(3, pair.server().write(ByteBuffer.wrap(random(3))).get());
            assertEquals(3, pair.client().read(ByteBuffer.allocate(9)).get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aWriteThatFindsNoRoomEndsWithItsTimeout() throws Exception {
        try (Pair pair = connected(null)) {
            // Fills both buffers, and then some.
            Got<Integer> some = new Got<>();
            ByteBuffer much = ByteBuffer.allocate(5_000_000);
            pair.client().write(much, 300, TimeUnit.MILLISECONDS, "mine", some);
            assertTrue(some.value() > 0 && much.hasRemaining());
            // What is under way to the other side's buffer makes room here once more, maybe twice.
            Got<Integer> none;
            int before;
            do {
                before = much.position();
                none = new Got<>();
                pair.client().write(much, 30, TimeUnit.MILLISECONDS, "mine", none);
                none.result.exceptionally(failure -> 0).get(10, TimeUnit.SECONDS);
            } while (much.position() > before && much.hasRemaining());
            assertInstanceOf(InterruptedByTimeoutException.class, none.failure());
        }
    }

    @Test
    void oneOperationOfAKindIsUnderWayAndACloseEndsIt() throws Exception {
        try (Pair pair = connected(null)) {
            Got<Integer> waits = new Got<>();
            pair.client().read(ByteBuffer.allocate(1), "mine", waits);
            assertThrows(
                    ReadPendingException.class, () -> pair.client().read(ByteBuffer.allocate(1)));
            pair.client().close();
            assertInstanceOf(AsynchronousCloseException.class, waits.failure());
            Got<Integer> closed = new Got<>();
            pair.client().read(ByteBuffer.allocate(1), "mine", closed);
            assertInstanceOf(ClosedChannelException.class, closed.failure());
        }
        try (AsynchronousServerSocketChannel server = listen(null)) {
            Got<AsynchronousSocketChannel> accept = new Got<>();
            server.accept("mine", accept);
            server.close();
            assertInstanceOf(AsynchronousCloseException.class, accept.failure());
        }
    }

    @Test
    void aCancelledReadEndsWithItsChannel() throws Exception {
        try (Pair pair = connected(null)) {
            Future<Integer> read = pair.client().read(ByteBuffer.allocate(1));
            assertTrue(read.cancel(true));
            assertThrows(CancellationException.class, read::get);
            assertFalse(pair.client().isOpen());
        }
    }

    @Test
    void whatCannotBeConnectedFailsAndWhatIsNotConnectedIsTold() throws Exception {
        InetSocketAddress nobody;
        try (AsynchronousServerSocketChannel server = listen(null)) {
            nobody = at(server);
        }
        AsynchronousSocketChannel client = left.openAsynchronousSocketChannel(null);
        assertThrows(NotYetConnectedException.class, () -> client.read(ByteBuffer.allocate(1)));
        Got<Void> refused = new Got<>();
        client.connect(nobody, "mine", refused);
        assertInstanceOf(ConnectException.class, refused.failure());
        assertFalse(client.isOpen());
    }

    @Test
    void handlersRunOnTheThreadsOfTheirGroupWhichEndsWithItsChannels() throws Exception {
        AsynchronousChannelGroup group =
                left.openAsynchronousChannelGroup(1, Thread.ofPlatform().name("the one").factory());
        Pair pair = connected(group);
        Got<Integer> read = new Got<>();
        pair.client().read(ByteBuffer.allocate(1), "mine", read);
        assertEquals(1, pair.server().write(ByteBuffer.allocate(1)).get());
        assertEquals(1, read.value());
        Thread by = read.by;
        assertEquals("the one", by == null ? "" : by.getName());

        group.shutdown();
        assertThrows(
                ShutdownChannelGroupException.class,
                () -> left.openAsynchronousSocketChannel(group));
        assertFalse(group.awaitTermination(20, TimeUnit.MILLISECONDS));
        Got<Integer> last = new Got<>();
        pair.client().read(ByteBuffer.allocate(1), "mine", last);
        group.shutdownNow();
        assertInstanceOf(AsynchronousCloseException.class, last.failure());
        assertTrue(group.awaitTermination(10, TimeUnit.SECONDS) && group.isTerminated());
        pair.close();
    }
}
