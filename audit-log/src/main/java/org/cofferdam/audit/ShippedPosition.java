package org.cofferdam.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.audit.format.BlockHash;

/**
 * How far the Kafka shipper says it is, in its file {@code shipped}: five lines of text. The shipper is a process that
 * this one does not trust, so the file is bounded, matched as a whole, and what it says is compared with the log.
 *
 * @param logIdHigh first half of the identity of the log that was shipped
 * @param logIdLow its second half
 * @param block the last block that the brokers have
 * @param hash its hash
 */
record ShippedPosition(long logIdHigh, long logIdLow, long block, BlockHash hash) {
    private static final int MAX_BYTES = 1024;

    private static final Pattern TEXT =
            Pattern.compile(
                    "cofferdam-shipped 1\\nlog ([0-9a-f]{32})\\nblock ([0-9]{1,18})\\n"
                            + "hash ([0-9a-f]{64})\\n(?:time [ -~]{1,64}\\n)?");

    /** What the file says; empty if there is none or it is no such file. */
    static Optional<ShippedPosition> read(Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES + 1);
        try (SeekableByteChannel channel =
                Files.newByteChannel(
                        file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            int got;
            do {
                got = channel.read(bytes);
            } while (got >= 0 && bytes.hasRemaining());
        } catch (IOException e) {
            return Optional.empty();
        }
        return bytes.hasRemaining()
                ? parse(new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1))
                : Optional.empty();
    }

    static Optional<ShippedPosition> parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        return BlockHash.parse(m.group(3))
                .map(
                        hash ->
                                new ShippedPosition(
                                        word(m.group(1), 0),
                                        word(m.group(1), 16),
                                        Long.parseLong(m.group(2)),
                                        hash));
    }

    /** Sixteen digits in the order of the bytes in the log. */
    private static long word(String hex, int at) {
        return Long.reverseBytes(Long.parseUnsignedLong(hex, at, at + 16, 16));
    }
}
