package org.cofferdam.audit.ocsf;

import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.LogOrigin;

/**
 * Where a crossing was recorded: what a record itself does not say.
 *
 * @param host name of the host that wrote the log
 * @param logIdHigh first half of the log's identity
 * @param logIdLow second half of it
 * @param block number of the block that holds the record
 * @param hash that block's hash
 * @param previous hash of the block before it
 */
public record OcsfContext(
        String host,
        long logIdHigh,
        long logIdLow,
        long block,
        BlockHash hash,
        BlockHash previous) {

    /** The context of all records of a block. */
    public static OcsfContext of(LogOrigin origin, BlockHeader header) {
        return new OcsfContext(
                origin.host(),
                origin.logIdHigh(),
                origin.logIdLow(),
                header.number(),
                header.hash(),
                header.previous());
    }

    /** The log's identity as 32 hexadecimal digits, in the order of its bytes in the file. */
    public String logId() {
        return LogOrigin.idText(logIdHigh, logIdLow);
    }
}
