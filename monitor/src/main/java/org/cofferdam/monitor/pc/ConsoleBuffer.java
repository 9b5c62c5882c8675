package org.cofferdam.monitor.pc;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.cofferdam.monitor.control.ConsoleText;

/** The end of what a guest wrote to its console: the last 64 KiB of whole lines. Any thread. */
public final class ConsoleBuffer implements LineSink {
    /** Characters that are kept. */
    public static final int BYTES = 64 * 1024;

    /** One more, to see whether what is kept begins with a line. */
    private static final int RING = BYTES + 1;

    private final byte[] ring = new byte[RING];

    // Characters ever written; the last of them are in the ring. Guarded by this.
    private long written;
    private long lines;

    /** Creates an empty one. */
    public ConsoleBuffer() {}

    @Override
    public synchronized void line(String printable, boolean truncated) {
        for (int i = 0; i < printable.length(); i++) {
            append((byte) printable.charAt(i));
        }
        if (truncated) {
            append((byte) '.');
            append((byte) '.');
            append((byte) '.');
        }
        append((byte) '\n');
        lines++;
    }

    private void append(byte octet) {
        ring[(int) (written % RING)] = octet;
        written++;
    }

    /** All that is kept, each line with its end; a line whose beginning is lost is left out. */
    public synchronized String snapshot() {
        int bytes = (int) Math.min(written, BYTES);
        byte[] text = new byte[bytes];
        long first = written - bytes;
        for (int i = 0; i < bytes; i++) {
            text[i] = ring[(int) ((first + i) % RING)];
        }
        int start = 0;
        if (first > 0 && ring[(int) ((first - 1) % RING)] != '\n') {
            while (start < bytes && text[start] != '\n') {
                start++;
            }
            start = Math.min(start + 1, bytes);
        }
        return new String(text, start, bytes - start, StandardCharsets.US_ASCII);
    }

    /** What is kept from a line on, counted from the first that ever was; it may be one that is lost. */
    public synchronized ConsoleText from(long line) {
        long wanted = Math.clamp(lines - line, 0, BYTES);
        return new ConsoleText(lines, lastLines((int) wanted));
    }

    /** The last lines that are kept, without their ends, the oldest first; fewer if there are not so many. */
    public List<String> lastLines(int count) {
        List<String> lines = snapshot().lines().toList();
        return lines.subList(Math.max(0, lines.size() - Math.max(0, count)), lines.size());
    }
}
