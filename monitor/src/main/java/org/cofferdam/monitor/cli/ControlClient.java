package org.cofferdam.monitor.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.json.JsonTree;
import org.jspecify.annotations.Nullable;

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
        throw refusal(parsed(body));
    }

    private static OperatorError refusal(JsonTree error) {
        return new OperatorError(
                exitCode(error.get("exitCode").number()),
                error.get("error")
                        .optionalText()
                        .orElse("the monitor refused the call without a reason"));
    }

    /** A call whose answer goes on until it is ended. */
    static final class Stream implements AutoCloseable {
        private final SocketChannel channel;
        private final ChunkedAnswer answer;

        private Stream(SocketChannel channel, ChunkedAnswer answer) {
            this.channel = channel;
            this.answer = answer;
        }

        /** Passes on what comes; returns what was said at the end. */
        Map<String, String> copyTo(OutputStream out) throws IOException {
            return answer.copyTo(out);
        }

        /** Asks the monitor to end it; what is left still comes. Any thread. */
        void finish() {
            try {
                channel.shutdownOutput();
            } catch (IOException gone) {
                return; // then it has ended already
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Begins a call whose answer is a stream. */
    Stream stream(String path, Map<String, ?> fields) {
        SocketChannel channel = null;
        try {
            channel = connect();
            write(channel, request("POST", path, JsonText.object(fields)));
            ChunkedAnswer answer = new ChunkedAnswer(Channels.newInputStream(channel));
            if (!answer.isOk()) {
                throw refusal(parsed(answer.error()));
            }
            Stream stream = new Stream(channel, answer);
            channel = null;
            return stream;
        } catch (IOException e) {
            throw broke(e);
        } finally {
            closeQuietly(channel);
        }
    }

    private static void closeQuietly(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            return; // there is nothing to lose
        }
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

    private static ByteBuffer request(String method, String path, String body) {
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
        return ByteBuffer.wrap((head + body).getBytes(StandardCharsets.UTF_8));
    }

    private static void write(SocketChannel channel, ByteBuffer request) throws IOException {
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    private String exchange(String method, String path, String body) {
        try (SocketChannel channel = connect()) {
            Thread guard = closeAfterTimeout(channel);
            write(channel, request(method, path, body));
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
            throw broke(e);
        }
    }

    private OperatorError broke(IOException e) {
        return OperatorError.failure(
                "the connection to the monitor at "
                        + socket
                        + " broke ("
                        + e.getMessage()
                        + "); is it still running?",
                e);
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
