package org.cofferdam.monitor.cli;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An HTTP/1.1 answer that comes in chunks for as long as it takes (RFC 9112, section 7.1), read as it comes. One thread.
 */
final class ChunkedAnswer {
    private static final int MOST_LINE = 8 * 1024;
    private static final int MOST_HEADERS = 64;
    private static final int MOST_CHUNK = 64 * 1024 * 1024;
    private static final int MOST_ERROR = 64 * 1024;

    private final InputStream in;
    private final String status;
    private final Map<String, String> headers;

    /** Reads the head. */
    ChunkedAnswer(InputStream from) throws IOException {
        in = new BufferedInputStream(from, 64 * 1024);
        status = line();
        headers = fields();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("it ends in its middle");
            }
            if (c == '\n') {
                return line.toString().stripTrailing();
            }
            if (line.length() == MOST_LINE) {
                throw new IOException("a line of it is longer than " + MOST_LINE);
            }
            line.append((char) c);
        }
    }

    private Map<String, String> fields() throws IOException {
        Map<String, String> fields = new TreeMap<>();
        for (int i = 0; i <= MOST_HEADERS; i++) {
            String line = line();
            if (line.isEmpty()) {
                return fields;
            }
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IOException("a header has no colon");
            }
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        throw new IOException("it has too many headers");
    }

    /** Whether what was asked for comes. */
    boolean isOk() {
        return status.startsWith("HTTP/1.1 200")
                && "chunked".equals(headers.getOrDefault("transfer-encoding", ""));
    }

    /** The body of an answer that is none of what was asked for. */
    String error() throws IOException {
        return new String(in.readNBytes(MOST_ERROR), StandardCharsets.UTF_8);
    }

    /**
     * Passes on all chunks, each as soon as it is there.
     *
     * @return what stands behind the last one
     */
    Map<String, String> copyTo(OutputStream out) throws IOException {
        while (true) {
            String size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,8}")) {
                throw new IOException("a chunk's size is not a number");
            }
            long bytes = Long.parseLong(size, 16);
            if (bytes > MOST_CHUNK) {
                throw new IOException("a chunk is larger than " + MOST_CHUNK + " bytes");
            }
            if (bytes == 0) {
                return fields();
            }
            copy(out, (int) bytes);
            if (!line().isEmpty()) {
                throw new IOException("a chunk is longer than it says");
            }
            out.flush();
        }
    }

    private void copy(OutputStream out, int bytes) throws IOException {
        byte[] piece = new byte[Math.min(bytes, 64 * 1024)];
        int left = bytes;
        while (left > 0) {
            int n = in.read(piece, 0, Math.min(left, piece.length));
            if (n < 0) {
                throw new EOFException("it ends in its middle");
            }
            out.write(piece, 0, n);
            left -= n;
        }
    }
}
