package org.cofferdam.monitor.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.cofferdam.monitor.config.OperatorError;

/**
 * Runs the commands that ask, against an answer made up beforehand, in one process: the JVM that ops/install lets watch this
 * writes down what it had to load, so that the real commands need not look for it again.
 *
 * <p>Takes no arguments, prints nothing, and ends with 0 if every command did.
 */
public final class Rehearsal {
    private static final int MAX_REQUEST = 4096;

    private Rehearsal() {}

    public static void main(String[] args) throws IOException {
        String status;
        try (InputStream in =
                Objects.requireNonNull(
                        Rehearsal.class.getResourceAsStream("rehearsal-status.json"))) {
            status = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Path folder = Files.createTempDirectory("monitor-rehearsal");
        Path socket = folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofPlatform().daemon().start(() -> answer(server, status));
            String s = socket.toString();
            List<String[]> commands =
                    List.of(
                            new String[] {"--help"},
                            new String[] {"--version"},
                            new String[] {"start", "--help"},
                            new String[] {"devices"},
                            new String[] {"status", "--socket", s},
                            new String[] {"status", "--socket", s, "-o", "json"},
                            new String[] {"port", "list", "--socket", s},
                            new String[] {"restart-driver", "--socket", s});
            for (String[] command : commands) {
                run(command);
            }
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
    }

    private static void run(String[] command) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        int code =
                CommandLineFront.run(
                        command,
                        out,
                        out,
                        (options, run, progress) -> {
                            throw OperatorError.failure("nothing is started in a rehearsal", null);
                        });
        if (code != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + ": " + said.toString(StandardCharsets.UTF_8));
        }
    }

    private static void answer(ServerSocketChannel server, String status) {
        byte[] body = status.getBytes(StandardCharsets.UTF_8);
        String head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                        + body.length
                        + "\r\nconnection: close\r\n\r\n";
        try {
            while (true) {
                try (SocketChannel caller = server.accept()) {
                    caller.read(ByteBuffer.allocate(MAX_REQUEST));
                    caller.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
                    caller.write(ByteBuffer.wrap(body));
                }
            }
        } catch (IOException rehearsalIsOver) {
            return;
        }
    }
}
