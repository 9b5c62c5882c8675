package org.cofferdam.audit.format;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One segment file, {@code audit-<number>.cfl}: this header, then blocks without a gap.
 *
 * <pre>
 *  byte 0                   4         6         8         10        12                  16
 *       +---------------------------------------+---------+---------+-------------------+
 *    0  |  magic "COFSEGMT"                     | version |   256   |  segment number   |
 *       +---------------------------------------+---------+---------+-------------------+
 *   16  |  run                                  |  number of its first block            |
 *       +---------------------------------------+---------------------------------------+
 *   32  |  start, ns since 1970                 |  bytes allocated                      |
 *       +---------------------------------------+---------------------------------------+
 *   48  |  SHA-256 of the last block before this segment (zero in the first)            |
 *       |                                                                               |
 *       +-------------------------------------------------------------------------------+
 *   80  |  log identity: 16 random bytes, the same in all segments of a log             |
 *       +-------------------------------------------------------------------------------+
 *   96  |  host name, UTF-8, 64 bytes, filled with zeros                                |
 *       +-------------------------------------------------------------------------------+
 *  160  |  64 zero bytes                                                                |
 *       +-------------------------------------------------------------------------------+
 *  224  |  SHA-256 of bytes 0 to 223                                                    |
 *       |                                                                               |
 *       +-------------------------------------------------------------------------------+
 *  256  |  first block                                                                  |
 * </pre>
 *
 * <p>While it is written the file is as long as "bytes allocated" says, with zeros behind the last block;
 * when it is full or the log is closed it is cut behind its last block, which is flagged. The first record
 * of its first block repeats the header's own hash, so the header is part of the chain.
 */
public final class SegmentLayout {
    public static final int MAGIC = 0;
    public static final int VERSION = 8;
    public static final int HEADER_SIZE = 10;
    public static final int NUMBER = 12;
    public static final int RUN = 16;
    public static final int FIRST_BLOCK = 24;
    public static final int START = 32;
    public static final int ALLOCATED = 40;
    public static final int PREVIOUS_HASH = 48;
    public static final int LOG_ID = 80;
    public static final int HOST = 96;
    public static final int HASH = 224;
    public static final int HEADER_BYTES = 256;

    public static final int LOG_ID_BYTES = 16;
    public static final int HOST_BYTES = 64;

    /** "COFSEGMT" read as a little-endian number. */
    public static final long MAGIC_VALUE = 0x544d_4745_5346_4f43L;

    public static final int CURRENT_VERSION = 2;

    /** The name of the file whose lock makes its holder the log's only writer. */
    public static final String LOCK_FILE = "lock";

    /** A segment that is being made has this behind its name until its header is complete. */
    public static final String UNFINISHED_SUFFIX = ".new";

    private static final Pattern NAME = Pattern.compile("audit-(\\d{8,10})\\.cfl");

    private SegmentLayout() {}

    /** The name of segment {@code number}. */
    public static String fileName(int number) {
        return String.format("audit-%08d.cfl", number);
    }

    /** The number in a segment's file name, or empty if it is not one. */
    public static OptionalInt number(Path file) {
        Matcher m = NAME.matcher(String.valueOf(file.getFileName()));
        if (!m.matches()) {
            return OptionalInt.empty();
        }
        long number = Long.parseLong(m.group(1));
        return number < 1 || number > Integer.MAX_VALUE
                ? OptionalInt.empty()
                : OptionalInt.of((int) number);
    }
}
