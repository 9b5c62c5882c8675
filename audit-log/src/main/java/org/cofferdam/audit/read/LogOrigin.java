package org.cofferdam.audit.read;

import java.util.HexFormat;

/**
 * Which log a block belongs to.
 *
 * @param host name of the host that wrote it, as the log says
 * @param logIdHigh first half of the log's identity
 * @param logIdLow its second half
 * @param place where this copy was read: a directory, a socket, a topic
 */
public record LogOrigin(String host, long logIdHigh, long logIdLow, String place) {
    /** A log's identity as 32 hexadecimal digits, in the order of its bytes in the file. */
    public static String idText(long logIdHigh, long logIdLow) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(Long.reverseBytes(logIdHigh))
                + hex.toHexDigits(Long.reverseBytes(logIdLow));
    }
}
