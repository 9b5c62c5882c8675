package org.cofferdam.audit.proof;

import java.util.List;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.sign.Checkpoint;
import org.cofferdam.audit.sign.KeyStatement;

/**
 * A proof as its file has it; whether it proves anything {@link ProofCheck} says.
 *
 * @param host the host that the log names; no part of what is proved
 * @param source the source's name in the log; no part of what is proved
 * @param record the record with its padding
 * @param index its place in its block, from 0
 * @param path from the record to the Merkle root, nearest first
 * @param headers 256 bytes each: the record's block first, the block of the checkpoint last
 * @param checkpoint what signs the last of them
 * @param keys from the first that is known to the one that signed
 */
@SuppressWarnings("ArrayRecordComponent") // written and read, compared by nobody
public record RecordProof(
        String host,
        String source,
        byte[] record,
        int index,
        List<BlockHash> path,
        List<byte[]> headers,
        Checkpoint checkpoint,
        List<KeyStatement> keys) {}
