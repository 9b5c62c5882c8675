package org.cofferdam.audit.format;

/**
 * One block: the records of at most about 15 ms, and the link of the chain.
 *
 * <pre>
 *  byte 0                   4         6         8         10        12                  16
 *       +---------------------------------------+---------+---------+-------------------+
 *    0  |  magic "COFBLOCK"                     | version | flags   |   payload bytes   |
 *       +---------------------------------------+---------+---------+-------------------+
 *   16  |  block number                         |  run                                  |
 *       +-------------------+-------------------+---------------------------------------+
 *   32  |  records          |  segment          |  earliest time, ns since 1970         |
 *       +-------------------+-------------------+-------------------+-------------------+
 *   48  |  latest time                          |  CRC32C payload   |  0                |
 *       +---------------------------------------+-------------------+-------------------+
 *   64  |  hash of the block before this one (32 zero bytes in block 0 of a log)        |
 *       |                                                                               |
 *       +-------------------------------------------------------------------------------+
 *   96  |  Merkle root over the records, RFC 6962, 2.1                                  |
 *       |                                                                               |
 *       +-------------------------------------------------------------------------------+
 *  128  |  identity of the log, as in the segment's header                              |
 *       +---------------------------------------+---------------------------------------+
 *  144  |  summary: sources                     |  summary: types                       |
 *       +---------------------------------------+---------------------------------------+
 *  160  |                                       |  summary: types with ports            |
 *       +---------------------------------------+                                       |
 *  176  |                                                                               |
 *       |                                       +---------------------------------------+
 *  192  |                                       |  24 zero bytes                        |
 *       +---------------------------------------+                                       |
 *  208  |                                                                               |
 *       +-------------------------------------------------------------------------------+
 *  224  |  the block's own hash: SHA-256 of bytes 0 to 223                              |
 *       |                                                                               |
 *       +-------------------------------------------------------------------------------+
 *  256  |  payload: records, each on a multiple of 8                                    |
 * </pre>
 *
 * <p>The hash covers the header alone, and the header covers the payload by the Merkle root: so one record can be
 * proved with its block's header and without the other records. The CRC is for readers that want to know quickly
 * whether a disk or a writer that was stopped damaged the payload.
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
    public static final int PAYLOAD_CRC = 56;
    public static final int PREVIOUS_HASH = 64;
    public static final int MERKLE_ROOT = 96;
    public static final int LOG_ID = 128;
    public static final int SUMMARY = 144;
    public static final int HASH = 224;
    public static final int HEADER_BYTES = 256;

    /** "COFBLOCK" read as a little-endian number. */
    public static final long MAGIC_VALUE = 0x4b43_4f4c_4246_4f43L;

    /** The version that this code writes, and the only one it reads: no log of version 1 was ever handed out. */
    public static final int CURRENT_VERSION = 2;

    /** The last block of its segment; the next segment goes on. No records, and the summary of the segment. */
    public static final int FLAG_ROTATED = 0x0001;

    /** The last block of its run; the block before holds STOP. No records, and the summary of the segment. */
    public static final int FLAG_CLOSED = 0x0002;

    /** The writer closes a block before its payload is longer. */
    public static final int MAX_PAYLOAD = 64 * 1024;

    /** A reader takes a longer block for damage. */
    public static final int READABLE_PAYLOAD = 1024 * 1024;

    public static final int HASH_BYTES = 32;

    private BlockLayout() {}
}
