package org.cofferdam.monitor.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Sends bytes to a Unix socket and returns what comes back until it closes: for requests that no client would send. */
final class RawHttp {
    private RawHttp() {}

    static String send(Path socket, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            try {
                while (channel.read(buffer) >= 0) {
                    all.write(buffer.array(), 0, buffer.position());
                    buffer.clear();
                }
            } catch (IOException reset) {
                // What came before the reset is the answer.
            }
            return all.toString(StandardCharsets.UTF_8);
        }
    }

    static String call(Path socket, String method, String path, String body) throws IOException {
        return send(
                socket,
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: monitor\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
    }

    static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
