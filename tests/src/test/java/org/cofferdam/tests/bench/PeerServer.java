package org.cofferdam.tests.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;

/**
 * One side of the benchmark of a network stack: a server of one thread and one selector on the JDK's channels. It knows
 * of no library OS, so that it runs the same on the kernel's stack and in a guest.
 *
 * <p>Arguments: address, port. The first byte that a client sends says what it wants: {@value #ECHO} to have its bytes
 * back, {@value #SINK} to have them swallowed, {@value #SOURCE} to be sent bytes without end.
 */
final class PeerServer {
    static final int ECHO = 'e';
    static final int SINK = 's';
    static final int SOURCE = 'g';

    static final int PIECE = 128 << 10;

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);

    private PeerServer(Selector selector, ServerSocketChannel listener) {
        this.selector = selector;
        this.listener = listener;
    }

    public static void main(String[] arguments) throws IOException {
        try (Selector selector = Selector.open();
                ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(
                    new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 1024);
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            System.out.println("serves");
            new PeerServer(selector, listener).serve();
        }
    }

    private void serve() throws IOException {
        while (selector.select() >= 0) {
            for (Iterator<SelectionKey> i = selector.selectedKeys().iterator(); i.hasNext(); ) {
                SelectionKey key = i.next();
                i.remove();
                if (key.isAcceptable()) {
                    accept();
                } else {
                    serve(key);
                }
            }
        }
    }

    private void accept() throws IOException {
        SocketChannel channel = listener.accept();
        if (channel != null) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ);
        }
    }

    private void serve(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.attachment() == null) {
                begin(key, channel);
            } else if (!turn(key, channel)) {
                channel.close();
            }
        } catch (IOException gone) {
            // The client's end of a measurement.
            channel.close();
        }
    }

    private void begin(SelectionKey key, SocketChannel channel) throws IOException {
        piece.clear().limit(1);
        if (channel.read(piece) < 0) {
            channel.close();
        } else if (!piece.hasRemaining()) {
            int wish = piece.get(0);
            key.attach(wish);
            key.interestOps(wish == SOURCE ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }
    }

    /** Returns false at the stream's end. */
    private boolean turn(SelectionKey key, SocketChannel channel) throws IOException {
        piece.clear();
        if ((Integer) key.attachment() == SOURCE) {
            channel.write(piece);
            return true;
        }
        int n = channel.read(piece);
        if ((Integer) key.attachment() == ECHO && n > 0) {
            piece.flip();
            // A client asks one small question at a time, so there is room for the answer.
            while (piece.hasRemaining()) {
                channel.write(piece);
            }
        }
        return n >= 0;
    }
}
