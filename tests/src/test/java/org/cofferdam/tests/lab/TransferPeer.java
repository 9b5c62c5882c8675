package org.cofferdam.tests.lab;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * A program for both ends of a TCP transfer whose content is checked. It runs in processes of its own, one in each
 * namespace, since a process has one network namespace.
 *
 * <p>{@code serve PORT} takes one connection, says {@code listening} first and {@code received N} after each mebibyte,
 * and answers the stream's end with its length and CRC-32C. {@code send ADDRESS PORT} streams random bytes until its
 * standard input ends, then compares the answer with what it sent and ends with 0 only if both are the same.
 */
public final class TransferPeer {
    private static final int CHUNK = 64 * 1024;
    private static final int REPORT = 1024 * 1024;

    private final PrintStream says;

    private TransferPeer(PrintStream says) {
        this.says = says;
    }

    public static void main(String[] args) throws IOException {
        TransferPeer peer = new TransferPeer(System.out);
        switch (args[0]) {
            case "serve" -> peer.serve(Integer.parseInt(args[1]));
            case "send" -> {
                try (Socket socket = new Socket()) {
                    socket.connect(
                            new InetSocketAddress(args[1], Integer.parseInt(args[2])), 10_000);
                    System.exit(peer.send(socket, System.in) ? 0 : 1);
                }
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private void serve(int port) throws IOException {
        try (ServerSocket server = new ServerSocket(port)) {
            say("listening");
            try (Socket socket = server.accept()) {
                CRC32C crc = new CRC32C();
                byte[] chunk = new byte[CHUNK];
                long received = 0;
                InputStream in = socket.getInputStream();
                for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                    crc.update(chunk, 0, n);
                    if ((received + n) / REPORT != received / REPORT) {
                        say("received " + (received + n));
                    }
                    received += n;
                }
                say("received " + received);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.writeLong(received);
                out.writeLong(crc.getValue());
                out.flush();
            }
        }
    }

    private boolean send(Socket socket, InputStream untilItEnds) throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        CRC32C crc = new CRC32C();
        byte[] chunk = new byte[CHUNK];
        long sent = 0;
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), CHUNK);
        Thread waiter = Thread.ofVirtual().start(() -> drain(untilItEnds));
        while (waiter.isAlive()) {
            random.nextBytes(chunk);
            // Writes of odd sizes, so that segments begin and end anywhere.
            int n = 1 + random.nextInt(CHUNK);
            out.write(chunk, 0, n);
            crc.update(chunk, 0, n);
            sent += n;
        }
        out.flush();
        socket.shutdownOutput();
        DataInputStream answer = new DataInputStream(socket.getInputStream());
        long received = answer.readLong();
        long theirs = answer.readLong();
        say(
                "sent "
                        + sent
                        + " crc "
                        + crc.getValue()
                        + ", received "
                        + received
                        + " crc "
                        + theirs);
        return received == sent && theirs == crc.getValue();
    }

    private static void drain(InputStream in) {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void say(String line) {
        says.println(line);
        says.flush();
    }
}
