package org.cofferdam.libos.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.cofferdam.libos.jdk.TwoGuests.Pair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Selection, pipes and datagrams behave as java.nio.channels documents them, on stacks of ours. */
@Timeout(30)
class SelectorTest {
    @SuppressWarnings("NullAway.Init") // before all tests
    private static TwoGuests two;

    @BeforeAll
    static void twoGuests() {
        two = new TwoGuests();
    }

    @AfterAll
    static void end() throws InterruptedException {
        two.end();
    }

    private interface Selecting {
        int select() throws Exception;
    }

    private static CompletableFuture<Integer> later(Selecting what) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                result.complete(what.select());
                            } catch (Throwable e) {
                                result.completeExceptionally(e);
                            }
                        });
        return result;
    }

    @Test
    void connectingAcceptingReadingAndWritingAreSelected() throws Exception {
        try (Selector selector = two.selector();
                ServerSocketChannel server = two.listen();
                SocketChannel client = two.left.openSocketChannel()) {
            server.configureBlocking(false);
            SelectionKey accept = server.register(selector, SelectionKey.OP_ACCEPT);
            client.configureBlocking(false);
            assertFalse(client.connect(TwoGuests.addressOf(server)));
            SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
            while (!selector.selectedKeys().containsAll(Set.of(accept, key))) {
                assertTrue(selector.select(5000) > 0);
            }
            assertTrue(key.isConnectable() && accept.isAcceptable());
            assertTrue(client.finishConnect());
            try (SocketChannel accepted = server.accept()) {
                assertNull(server.accept());
                selector.selectedKeys().clear();
                key.interestOps(SelectionKey.OP_READ);
                assertEquals(0, selector.selectNow());
                accepted.write(ByteBuffer.wrap(new byte[] {5}));
                assertEquals(1, selector.select(5000));
                assertTrue(key.isReadable() && !key.isWritable());
                key.interestOpsOr(SelectionKey.OP_WRITE);
                assertEquals(1, selector.selectNow(), "another operation became ready");
                assertEquals(0, selector.selectNow(), "nothing changed");
                assertTrue(key.isReadable() && key.isWritable());
            }
        }
    }

    @Test
    void aKeyIsSelectedUntilItsBytesAreRead() throws Exception {
        try (Selector selector = two.selector();
                Pair pair = two.connected()) {
            pair.client().configureBlocking(false);
            pair.client().register(selector, SelectionKey.OP_READ);
            pair.server().write(ByteBuffer.wrap(new byte[2]));
            for (int i = 2; i > 0; i--) {
                assertEquals(1, selector.select(5000));
                selector.selectedKeys().clear();
                assertEquals(1, pair.client().read(ByteBuffer.allocate(1)));
            }
            assertEquals(0, selector.selectNow());
        }
    }

    @Test
    void awakenedBeforeOrWhileItWaitsASelectionReturns() throws Exception {
        try (Selector selector = two.selector()) {
            selector.wakeup();
            assertEquals(0, selector.select());
            CompletableFuture<Integer> waiting = later(selector::select);
            selector.wakeup();
            assertEquals(0, waiting.get());
        }
    }

    @Test
    void aTimeoutEndsASelection() throws Exception {
        try (Selector selector = two.selector()) {
            long start = System.nanoTime();
            assertEquals(0, selector.select(30));
            assertTrue(System.nanoTime() - start >= 29_000_000);
        }
    }

    @Test
    void anInterruptEndsASelectionAndStaysSet() throws Exception {
        try (Selector selector = two.selector()) {
            CompletableFuture<Thread> selecting = new CompletableFuture<>();
            CompletableFuture<Integer> result =
                    later(
                            () -> {
                                selecting.complete(Thread.currentThread());
                                assertEquals(0, selector.select());
                                return Thread.currentThread().isInterrupted() ? 1 : 0;
                            });
            selecting.get().interrupt();
            assertEquals(1, result.get());
            assertTrue(selector.isOpen());
        }
    }

    @Test
    void interestThatAnotherThreadChangesCountsAtOnce() throws Exception {
        try (Selector selector = two.selector();
                Pair pair = two.connected()) {
            pair.client().configureBlocking(false);
            SelectionKey key = pair.client().register(selector, 0);
            CompletableFuture<Integer> waiting = later(selector::select);
            key.interestOps(SelectionKey.OP_WRITE);
            assertEquals(1, waiting.get());
        }
    }

    @Test
    void aChannelThatIsRegisteredWhileASelectionWaitsIsSelected() throws Exception {
        try (Selector selector = two.selector();
                Pair pair = two.connected()) {
            pair.client().configureBlocking(false);
            CompletableFuture<Integer> waiting = later(selector::select);
            pair.client().register(selector, SelectionKey.OP_WRITE);
            assertEquals(1, waiting.get());
        }
    }

    @Test
    void aCancelledKeyIsGoneAfterTheNextSelectionAndItsChannelBlocksAgain() throws Exception {
        try (Selector selector = two.selector();
                Pair pair = two.connected()) {
            SocketChannel client = pair.client();
            client.configureBlocking(false);
            SelectionKey key = client.register(selector, SelectionKey.OP_WRITE);
            assertThrows(IllegalBlockingModeException.class, () -> client.configureBlocking(true));
            assertEquals(1, selector.selectNow());
            key.cancel();
            assertFalse(key.isValid());
            assertTrue(selector.keys().contains(key));
            assertEquals(0, selector.selectNow());
            assertTrue(selector.keys().isEmpty() && selector.selectedKeys().isEmpty());
            assertThrows(CancelledKeyException.class, key::interestOps);
            client.configureBlocking(true);
            assertFalse(client.isRegistered());
        }
    }

    @Test
    void closingAChannelTakesItsKeysAway() throws Exception {
        try (Selector selector = two.selector();
                Pair pair = two.connected()) {
            pair.client().configureBlocking(false);
            pair.client().register(selector, SelectionKey.OP_WRITE);
            pair.client().close();
            assertEquals(0, selector.selectNow());
            assertTrue(selector.keys().isEmpty());
        }
    }

    @Test
    void closingASelectorEndsItsSelectionAndItsKeys() throws Exception {
        try (Pair pair = two.connected()) {
            Selector selector = two.selector();
            pair.client().configureBlocking(false);
            SelectionKey key = pair.client().register(selector, SelectionKey.OP_READ);
            CompletableFuture<Integer> waiting = later(selector::select);
            selector.close();
            // It may have come too late to begin.
            assertEquals(0, waiting.exceptionally(e -> 0).get());
            assertFalse(key.isValid());
            assertThrows(ClosedSelectorException.class, selector::selectNow);
            assertThrows(ClosedSelectorException.class, selector::keys);
            pair.client().configureBlocking(true);
        }
    }

    @Test
    void selectedKeysAreRemovedByTheirUserAndAddedByNobodyElse() throws Exception {
        try (Selector selector = two.selector();
                Pair pair = two.connected()) {
            pair.client().configureBlocking(false);
            SelectionKey key = pair.client().register(selector, SelectionKey.OP_WRITE);
            assertThrows(
                    UnsupportedOperationException.class, () -> selector.selectedKeys().add(key));
            assertThrows(UnsupportedOperationException.class, () -> selector.keys().clear());
        }
    }

    @Test
    void noWakeUpIsLostBetweenThreads() throws Exception {
        int rounds = 20_000;
        try (Selector selector = two.selector()) {
            Pipe pipe = two.left.openPipe();
            Pipe back = two.left.openPipe();
            pipe.source().configureBlocking(false);
            pipe.source().register(selector, SelectionKey.OP_READ);
            CompletableFuture<Integer> answering =
                    later(
                            () -> {
                                ByteBuffer one = ByteBuffer.allocate(1);
                                for (int i = 0; i < rounds; i++) {
                                    while (pipe.source().read(one) == 0) {
                                        selector.select();
                                        selector.selectedKeys().clear();
                                    }
                                    back.sink().write(one.flip());
                                    one.clear();
                                }
                                return rounds;
                            });
            ByteBuffer one = ByteBuffer.allocate(1);
            for (int i = 0; i < rounds; i++) {
                pipe.sink().write(ByteBuffer.wrap(new byte[] {(byte) i}));
                assertEquals(1, back.source().read(one));
                assertEquals((byte) i, one.flip().get());
                one.clear();
            }
            assertEquals(rounds, answering.get());
        }
    }

    @Test
    void aPipeEndsWhenItsSinkIsClosedAndBreaksWhenItsSourceIs() throws Exception {
        Pipe pipe = two.left.openPipe();
        pipe.sink().write(ByteBuffer.wrap(new byte[3]));
        pipe.sink().close();
        assertEquals(3, pipe.source().read(ByteBuffer.allocate(9)));
        assertEquals(-1, pipe.source().read(ByteBuffer.allocate(9)));
        Pipe broken = two.left.openPipe();
        broken.source().close();
        assertThrows(java.io.IOException.class, () -> broken.sink().write(ByteBuffer.allocate(1)));
    }

    @Test
    void datagramsAreSentReceivedAndSelected() throws Exception {
        try (Selector selector = two.selector();
                DatagramChannel server = two.right.openDatagramChannel();
                DatagramChannel client = two.left.openDatagramChannel()) {
            server.bind(new InetSocketAddress("0.0.0.0", 5300));
            client.connect(new InetSocketAddress(TwoGuests.RIGHT, 5300));
            assertEquals(4, client.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4})));
            ByteBuffer target = ByteBuffer.allocate(100);
            var from = server.receive(target);
            assertEquals(client.getLocalAddress(), from);
            assertEquals(4, target.position());
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ);
            assertEquals(0, client.read(ByteBuffer.allocate(1)));
            // The first one makes the neighbour known, without whom no fragments are sent.
            assertEquals(4, server.send(target.flip(), from));
            assertEquals(1, selector.select(5000));
            assertEquals(4, client.read(ByteBuffer.allocate(10)));
            selector.selectedKeys().clear();
            assertEquals(9000, server.send(ByteBuffer.allocate(9000), from));
            assertEquals(1, selector.select(5000), two.counters());
            ByteBuffer[] parts = {ByteBuffer.allocate(1000), ByteBuffer.allocate(10_000)};
            assertEquals(9000, client.read(parts));
            assertEquals(8000, parts[1].position());
        }
    }

    @Test
    void aDatagramThatIsSentBeforeTheCloseArrives() throws Exception {
        try (DatagramChannel server = two.right.openDatagramChannel()) {
            server.bind(new InetSocketAddress("0.0.0.0", 5301));
            for (int i = 0; i < 100; i++) {
                try (DatagramChannel client = two.left.openDatagramChannel()) {
                    client.send(
                            ByteBuffer.wrap(new byte[] {(byte) i}),
                            new InetSocketAddress(TwoGuests.RIGHT, 5301));
                }
                ByteBuffer target = ByteBuffer.allocate(10);
                var ignored = server.receive(target);
                assertEquals((byte) i, target.get(0));
            }
        }
    }

    @Test
    void closingEndsAReceiveThatWaits() throws Exception {
        DatagramChannel channel = two.left.openDatagramChannel();
        channel.bind(null);
        CompletableFuture<Integer> waiting =
                later(() -> channel.receive(ByteBuffer.allocate(1)) == null ? 0 : 1);
        // Whether it waits already or not, the close ends it.
        channel.close();
        var e = assertThrows(java.util.concurrent.ExecutionException.class, waiting::get);
        assertTrue(e.getCause() instanceof java.nio.channels.ClosedChannelException);
    }
}
