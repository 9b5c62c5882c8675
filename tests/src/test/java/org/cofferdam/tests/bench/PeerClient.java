package org.cofferdam.tests.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * The other side: loads a {@link PeerServer} and prints one line of figures. On the kernel's stack or any other.
 *
 * <p>Arguments: what to measure ({@code send}, {@code receive} or {@code ask}), address, port, seconds to warm up, seconds
 * to measure, connections, bytes of a question, the most Mbit/s of a stream or 0, and ids of processes whose cost belongs to the figure. Prints: Mbit/s or
 * answers a second; p50, p99, p99.99 and the largest time of an answer in microseconds (0 for streams); then processor
 * milliseconds and the sleeps of its own process and of each of the others.
 */
final class PeerClient {
    private static final long LARGEST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final InetSocketAddress address;
    private final int connections;
    private final int bytes;
    private final double mostMegabits;
    private final Histogram nanos = new Histogram(LARGEST_NANOS, 3);
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PeerServer.PIECE);

    private PeerClient(InetSocketAddress address, int connections, int bytes, double mostMegabits) {
        this.address = address;
        this.connections = connections;
        this.bytes = bytes;
        this.mostMegabits = mostMegabits;
    }

    public static void main(String[] arguments) throws IOException {
        PeerClient client =
                new PeerClient(
                        new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])),
                        Integer.parseInt(arguments[5]),
                        Integer.parseInt(arguments[6]),
                        Double.parseDouble(arguments[7]));
        long warm = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[3]));
        long measured = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[4]));
        List<String> pids = new ArrayList<>(List.of("self"));
        pids.addAll(Arrays.asList(arguments).subList(8, arguments.length));
        Cost cost = new Cost(pids);
        switch (arguments[0]) {
            case "send" -> client.stream(true, warm, measured, cost);
            case "receive" -> client.stream(false, warm, measured, cost);
            case "ask" -> client.ask(warm, measured, cost);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private SocketChannel open(int wish) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        piece.clear().limit(1);
        piece.put(0, (byte) wish);
        channel.write(piece);
        return channel;
    }

    private void stream(boolean send, long warm, long measured, Cost cost) throws IOException {
        try (SocketChannel channel = open(send ? PeerServer.SINK : PeerServer.SOURCE)) {
            pass(channel, send, warm);
            cost.begin();
            long began = System.nanoTime();
            long total = pass(channel, send, measured);
            double rate = total * 8e3 / (System.nanoTime() - began);
            cost.end();
            print(rate, cost);
        }
    }

    private long pass(SocketChannel channel, boolean send, long forNanos) throws IOException {
        long began = System.nanoTime();
        long total = 0;
        long now;
        while ((now = System.nanoTime()) - began < forNanos) {
            long ahead = mostMegabits > 0 ? (long) (total * 8e3 / mostMegabits) - (now - began) : 0;
            if (ahead > 0) {
                LockSupport.parkNanos(ahead);
                continue;
            }
            piece.clear();
            int n = send ? channel.write(piece) : channel.read(piece);
            if (n < 0) {
                throw new IOException("the server has closed");
            }
            total += n;
        }
        return total;
    }

    private void ask(long warm, long measured, Cost cost) throws IOException {
        List<SocketChannel> channels = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = open(PeerServer.ECHO);
                channels.add(channel);
                channel.configureBlocking(false);
                Question question = new Question();
                channel.register(selector, SelectionKey.OP_READ, question);
                question(channel, question);
            }
            long ignored = answers(selector, warm);
            nanos.reset();
            cost.begin();
            long began = System.nanoTime();
            long total = answers(selector, measured);
            double rate = total * 1e9 / (System.nanoTime() - began);
            cost.end();
            print(rate, cost);
        } finally {
            for (SocketChannel channel : channels) {
                channel.close();
            }
        }
    }

    private static final class Question {
        long asked;
        int missing;
    }

    private void question(SocketChannel channel, Question question) throws IOException {
        piece.clear().limit(bytes);
        question.asked = System.nanoTime();
        question.missing = bytes;
        while (piece.hasRemaining()) {
            channel.write(piece);
        }
    }

    private long answers(Selector selector, long forNanos) throws IOException {
        long end = System.nanoTime() + forNanos;
        long count = 0;
        while (System.nanoTime() - end < 0) {
            if (selector.select(1000) == 0) {
                throw new IOException("no answer within a second");
            }
            for (Iterator<SelectionKey> i = selector.selectedKeys().iterator(); i.hasNext(); ) {
                SelectionKey key = i.next();
                i.remove();
                SocketChannel channel = (SocketChannel) key.channel();
                Question question = (Question) key.attachment();
                piece.clear();
                int n = channel.read(piece);
                if (n < 0) {
                    throw new IOException("the server has closed");
                }
                question.missing -= n;
                if (question.missing == 0) {
                    nanos.recordValue(Math.min(System.nanoTime() - question.asked, LARGEST_NANOS));
                    count++;
                    question(channel, question);
                }
            }
        }
        return count;
    }

    private void print(double rate, Cost cost) {
        System.out.printf(
                "%.0f %.1f %.1f %.1f %.1f%s%n",
                rate,
                nanos.getValueAtPercentile(50) / 1e3,
                nanos.getValueAtPercentile(99) / 1e3,
                nanos.getValueAtPercentile(99.99) / 1e3,
                nanos.getMaxValue() / 1e3,
                cost);
    }
}
