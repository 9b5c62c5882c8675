package org.cofferdam.libos.net.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * The kernel's end of a connection: a program with plain sockets, which runs in the namespace. It says {@code listening}
 * when it does, and at its end one word: what came of it.
 */
final class KernelProgram {
    /** What the kernel's end sends comes of this seed. */
    static final long KERNEL_SEED = 21;

    /** What the stack's end sends. */
    static final long STACK_SEED = 22;

    private static final PrintStream SAYS = System.out;

    private KernelProgram() {}

    public static void main(String[] args) throws Exception {
        String word =
                switch (args[0]) {
                    case "serve" -> serve(args);
                    case "connect" -> connect(args);
                    case "slow" -> slow(args);
                    case "half" -> half(args);
                    case "reset" -> reset(args);
                    case "together" -> together(args);
                    case "udp" -> udp(args);
                    default -> throw new IllegalArgumentException(args[0]);
                };
        say(word);
    }

    private static ServerSocket listen(String port) throws IOException {
        ServerSocket server = new ServerSocket(Integer.parseInt(port));
        say("listening");
        return server;
    }

    private static String serve(String[] args) throws Exception {
        try (ServerSocket server = listen(args[1]);
                Socket socket = server.accept()) {
            return exchange(socket, Long.parseLong(args[2]));
        }
    }

    private static String connect(String[] args) throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(args[1], Integer.parseInt(args[2])), 20_000);
            return exchange(socket, Long.parseLong(args[3]));
        } catch (ConnectException e) {
            return "refused";
        }
    }

    private static String exchange(Socket socket, long bytes) throws Exception {
        CompletableFuture<Void> writing =
                CompletableFuture.runAsync(() -> write(socket, bytes), Thread::startVirtualThread);
        read(socket.getInputStream(), bytes);
        writing.get();
        return "good";
    }

    private static void write(Socket socket, long bytes) {
        SplittableRandom random = new SplittableRandom(KERNEL_SEED);
        byte[] chunk = new byte[30_000];
        try {
            OutputStream out = socket.getOutputStream();
            for (long at = 0; at < bytes; at += chunk.length) {
                int n = (int) Math.min(chunk.length, bytes - at);
                for (int i = 0; i < n; i++) {
                    chunk[i] = (byte) random.nextInt();
                }
                out.write(chunk, 0, n);
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(InputStream in, long bytes) throws IOException {
        SplittableRandom random = new SplittableRandom(STACK_SEED);
        byte[] chunk = new byte[30_000];
        long at = 0;
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            for (int i = 0; i < n; i++) {
                if (chunk[i] != (byte) random.nextInt()) {
                    throw new IOException("byte " + (at + i) + " is another");
                }
            }
            at += n;
        }
        if (at != bytes) {
            throw new IOException(at + " bytes instead of " + bytes);
        }
    }

    /** Reads nothing for a while, so that its window closes, then slowly. */
    private static String slow(String[] args) throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            server.setReceiveBufferSize(8192);
            server.bind(new InetSocketAddress(Integer.parseInt(args[1])));
            say("listening");
            try (Socket socket = server.accept()) {
                // The stack's end must meet a window of zero and probe it.
                Thread.sleep(1500);
                read(socket.getInputStream(), Long.parseLong(args[2]));
            }
        }
        return "good";
    }

    /** Reads to the stream's end, and only then answers. */
    private static String half(String[] args) throws Exception {
        try (ServerSocket server = listen(args[1]);
                Socket socket = server.accept()) {
            read(socket.getInputStream(), Long.parseLong(args[2]));
            write(socket, Long.parseLong(args[2]));
            // The close must not overtake what the other end reads.
            return socket.getInputStream().read() < 0 ? "good" : "more";
        }
    }

    private static String reset(String[] args) throws Exception {
        try (ServerSocket server = listen(args[1]);
                Socket socket = server.accept()) {
            socket.getInputStream().read();
            socket.setSoLinger(true, 0);
        }
        return "good";
    }

    /** Closes when told to, at the same time as the other end does. */
    private static String together(String[] args) throws Exception {
        try (ServerSocket server = listen(args[1]);
                Socket socket = server.accept()) {
            say("accepted");
            System.in.read();
            socket.shutdownOutput();
            return socket.getInputStream().read() < 0 ? "good" : "bytes";
        }
    }

    /** Answers each datagram with the same bytes, until one is empty. */
    private static String udp(String[] args) throws Exception {
        try (DatagramSocket socket =
                new DatagramSocket(Integer.parseInt(args[1]), InetAddress.getByName("::"))) {
            say("listening");
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            do {
                packet.setLength(65_535);
                socket.receive(packet);
                socket.send(packet);
            } while (packet.getLength() > 0);
        }
        return "good";
    }

    private static void say(String line) {
        SAYS.println(line);
        SAYS.flush();
    }
}
