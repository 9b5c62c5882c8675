package org.cofferdam.audit.format;

/**
 * One block: the records of at most about 15 ms, and the link of the chain.
 *
 * <pre>
 *  byte 0                   4         6         8                   12                  16
 *       +-------------------------------------- +---------+---------+-------------------+
 *    0  |  magic "COFBLOCK"                     | version | flags   |   payload bytes   |
 *       +---------------------------------------+---------+---------+-------------------+
 *   16  |  block number                         |  run                                  |
 *       +-------------------+-------------------+---------------------------------------+
 *   32  |  records          |  segment          |  earliest time, ns since 1970         |
 *       +-------------------+-------------------+---------------------------------------+
 *   48  |  latest time                          |  0                                    |
 *       +---------------------------------------+---------------------------------------+
 *   64  |  SHA-256 of the block before this one (32 zero bytes in block 0 of a log)     |
 *       |                                                                               |
 *       +-------------------------------------------------------------------------------+
 *   96  |  SHA-256 of bytes 0 to 95 and the payload                                     |
 *       |                                                                               |
 *       +-------------------------------------------------------------------------------+
 *  128  |  payload: records, each on a multiple of 8                                    |
 * </pre>
 *
 * <p>Block numbers run on through all segments and all runs of a log. A run is one time that a writer had
 * the log open; the first is 1.
 */
public final class BlockLayout {
    public static final int MAGIC = 0;
    public static final int VERSION = 8;
    public static final int FLAGS = 10;
    public static final int PAYLOAD_BYTES = 12;
    public static final int NUMBER = 16;
    public static final int RUN = 24;
    public static final int RECORDS = 32;
    public static final int SEGMENT = 36;
    public static final int EARLIEST = 40;
    public static final int LATEST = 48;
    public static final int RESERVED = 56;
    public static final int PREVIOUS_HASH = 64;
    public static final int HASH = 96;
    public static final int HEADER_BYTES = 128;

    /** "COFBLOCK" read as a little-endian number. */
    public static final long MAGIC_VALUE = 0x4b43_4f4c_4246_4f43L;

    public static final int CURRENT_VERSION = 1;

    /** The last block of its segment; the next segment goes on. It holds no records. */
    public static final int FLAG_ROTATED = 0x0001;

    /** The last block of its run; its last record is STOP. */
    public static final int FLAG_CLOSED = 0x0002;

    /** The writer closes a block before its payload is longer. */
    public static final int MAX_PAYLOAD = 64 * 1024;

    /** A reader takes a longer block for damage. */
    public static final int READABLE_PAYLOAD = 1024 * 1024;

    public static final int HASH_BYTES = 32;

    private BlockLayout() {}
}
