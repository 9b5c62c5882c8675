package org.cofferdam.examples;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;

/**
 * An HTTP server that makes up what it serves, so that it needs no files.
 *
 * <pre>
 *  GET /bytes/N      N bytes, the same each time
 *  PUT /hash         the SHA-256 of what was sent, in hexadecimal
 *  GET /             one line
 * </pre>
 *
 * Arguments: address and port.
 */
public final class FileServer {
    private static final int BACKLOG = 1024;

    private FileServer() {}

    /** Serves until the process is ended. */
    public static void main(String[] args) throws IOException {
        InetAddress at = InetAddress.ofLiteral(args[0]);
        InetSocketAddress address = new InetSocketAddress(at, Integer.parseInt(args[1]));
        HttpServer server = HttpServer.create(address, BACKLOG);
        on(server, "/", FileServer::hello);
        on(server, "/bytes/", FileServer::bytes);
        on(server, "/hash", FileServer::hash);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        System.out.println("serving on " + address);
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private static void on(HttpServer server, String path, Answer answer) {
        HttpContext ignored =
                server.createContext(
                        path,
                        exchange -> {
                            try (exchange) {
                                answer.to(exchange);
                            }
                        });
        assert ignored.getPath().equals(path);
    }

    private static void hello(HttpExchange exchange) throws IOException {
        say(exchange, 200, "an HTTP server of the JDK\n");
    }

    private static void say(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void bytes(HttpExchange exchange) throws IOException {
        long wanted;
        try {
            wanted =
                    Long.parseLong(
                            exchange.getRequestURI().getPath().substring("/bytes/".length()));
        } catch (NumberFormatException e) {
            wanted = -1;
        }
        if (wanted <= 0) {
            say(exchange, 404, "a number of bytes, please\n");
            return;
        }
        exchange.sendResponseHeaders(200, wanted);
        writeBytes(exchange.getResponseBody(), wanted);
    }

    /** The bytes that any server of this kind serves. */
    static void writeBytes(OutputStream to, long count) throws IOException {
        SplittableRandom random = new SplittableRandom(count);
        byte[] piece = new byte[1 << 16];
        for (long left = count; left > 0; left -= piece.length) {
            random.nextBytes(piece);
            to.write(piece, 0, (int) Math.min(left, piece.length));
        }
    }

    private static void hash(HttpExchange exchange) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream body = new DigestInputStream(exchange.getRequestBody(), digest)) {
            long ignored = body.transferTo(OutputStream.nullOutputStream());
            assert ignored >= 0;
        }
        say(exchange, 200, HexFormat.of().formatHex(digest.digest()) + "\n");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has it.
            throw new IllegalStateException(e);
        }
    }
}
