package org.cofferdam.monitor.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.json.JsonTree;

/**
 * Asks a running monitor: one HTTP/1.1 request on a connection of its own, the answer read to the connection's end.
 * Plain java.nio, because commands have to start fast.
 */
final class ControlClient {
    private static final int MAX_ANSWER = 4 * 1024 * 1024;
    private static final int TIMEOUT_SECONDS =
            65; // a little more than the monitor takes before it gives up

    private final Path socket;

    ControlClient(Path socket) {
        this.socket = socket;
    }

    /** Asks and returns the answer's JSON; what the monitor refuses becomes the error that it names. */
    JsonTree ask(String method, String path, Map<String, ?> fields) {
        return parsed(askText(method, path, fields));
    }

    /** Like {@link #ask}, with the answer's text. */
    String askText(String method, String path, Map<String, ?> fields) {
        String answer = exchange(method, path, fields.isEmpty() ? "" : JsonText.object(fields));
        int headEnd = answer.indexOf("\r\n\r\n");
        if (!answer.startsWith("HTTP/1.1 ") || headEnd < 0) {
            throw OperatorError.failure(
                    "what answers at " + socket + " is not a monitor's control API; check --socket",
                    null);
        }
        String body = answer.substring(headEnd + 4);
        if (answer.startsWith("200", 9)) {
            return body;
        }
        JsonTree error = parsed(body);
        throw new OperatorError(
                exitCode(error.get("exitCode").number()),
                error.get("error")
                        .optionalText()
                        .orElse("the monitor refused the call without a reason"));
    }

    private static ExitCode exitCode(long number) {
        for (ExitCode code : ExitCode.values()) {
            if (code.code() == number && code != ExitCode.OK) {
                return code;
            }
        }
        return ExitCode.FAILURE;
    }

    private JsonTree parsed(String body) {
        try {
            return JsonTree.parse(body);
        } catch (IOException e) {
            throw OperatorError.failure(
                    "the monitor at " + socket + " answered something that is not JSON", e);
        }
    }

    private String exchange(String method, String path, String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head =
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: monitor\r\nConnection: close\r\n"
                        + (content.length == 0 && method.equals("GET")
                                ? ""
                                : "Content-Type: application/json\r\nContent-Length: "
                                        + content.length
                                        + "\r\n")
                        + "\r\n";
        try (SocketChannel channel = connect()) {
            Thread guard = closeAfterTimeout(channel);
            ByteBuffer request = ByteBuffer.wrap((head + body).getBytes(StandardCharsets.UTF_8));
            while (request.hasRemaining()) {
                channel.write(request);
            }
            String answer = readAll(channel);
            guard.interrupt();
            return answer;
        } catch (AsynchronousCloseException e) {
            throw OperatorError.failure(
                    "the monitor at "
                            + socket
                            + " did not answer within "
                            + TIMEOUT_SECONDS
                            + " s; see its log, or end it with kill",
                    e);
        } catch (IOException e) {
            throw OperatorError.failure(
                    "the connection to the monitor at "
                            + socket
                            + " broke ("
                            + e.getMessage()
                            + "); is it still running?",
                    e);
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw unreachable(e);
        }
    }

    private OperatorError unreachable(IOException e) {
        Path folder = socket.toAbsolutePath().getParent();
        boolean closed = folder != null && Files.isDirectory(folder) && !Files.isExecutable(folder);
        if (closed || String.valueOf(e.getMessage()).contains("Permission denied")) {
            return new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "no permission to use the control socket "
                            + socket
                            + "; run this as root or as the user that the monitor runs as",
                    e);
        }
        return new OperatorError(
                ExitCode.ENVIRONMENT,
                "no monitor answers at "
                        + socket
                        + "; start one with 'monitor start', or name its place with --run-dir",
                e);
    }

    private static Thread closeAfterTimeout(SocketChannel channel) {
        Thread guard =
                new Thread(
                        () -> {
                            try {
                                // A blocking channel has no timeout; closing it ends the read.
                                Thread.sleep(TIMEOUT_SECONDS * 1000L);
                                channel.close();
                            } catch (InterruptedException | IOException answered) {
                                return;
                            }
                        },
                        "answer-guard");
        guard.setDaemon(true);
        guard.start();
        return guard;
    }

    private static String readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream(8192);
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (all.size() > MAX_ANSWER) {
                throw new IOException("the answer is longer than " + MAX_ANSWER + " bytes");
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
