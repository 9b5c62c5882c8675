package org.cofferdam.audit.proof;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.MerkleTree;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.RecordParser;
import org.cofferdam.audit.sign.Checkpoint;
import org.cofferdam.audit.sign.KeyStatement;
import org.cofferdam.audit.sign.LogKey;
import org.jspecify.annotations.Nullable;

/** Checks a proof, without the log. Any thread. */
public final class ProofCheck {
    /**
     * What came of it.
     *
     * @param fault what is wrong, empty if the proof holds
     * @param crossing the record that is proved, empty if none is
     * @param firstKey the key that all of it rests on: the first of the proof, or the one that was given
     */
    public record Result(
            Optional<String> fault, Optional<Crossing> crossing, Optional<LogKey> firstKey) {}

    private ProofCheck() {}

    /**
     * Checks a proof.
     *
     * @param pinned the key that the log is known by, or null to believe the first that the proof names
     */
    public static Result check(RecordProof proof, @Nullable LogKey pinned) {
        List<BlockHeader> headers =
                proof.headers().stream()
                        .map(h -> BlockHeader.read(MemorySegment.ofArray(h), 0))
                        .toList();
        String fault = chain(proof, headers);
        fault = fault == null ? record(proof, headers.getFirst()) : fault;
        LogKey anchor = pinned;
        if (fault == null) {
            anchor =
                    pinned != null || proof.keys().isEmpty()
                            ? pinned
                            : proof.keys().getFirst().key();
            fault = keys(proof, anchor);
        }
        if (fault != null) {
            return new Result(Optional.of(fault), Optional.empty(), Optional.ofNullable(anchor));
        }
        Crossing[] crossing = new Crossing[1];
        // The parser also says that the block holds more records, which is right here.
        new RecordParser()
                .parse(
                        headers.getFirst(),
                        MemorySegment.ofArray(proof.record()),
                        (c, at) -> crossing[0] = at == 0 ? c : crossing[0]);
        return crossing[0] == null
                ? new Result(
                        Optional.of("the record breaks the log's format"),
                        Optional.empty(),
                        Optional.ofNullable(anchor))
                : new Result(
                        Optional.empty(), Optional.of(crossing[0]), Optional.ofNullable(anchor));
    }

    private static @Nullable String chain(RecordProof proof, List<BlockHeader> headers) {
        MessageDigest sha256 = BlockHash.sha256();
        Checkpoint c = proof.checkpoint();
        BlockHash link = null;
        for (int i = 0; i < headers.size(); i++) {
            BlockHeader h = headers.get(i);
            if (!h.plausible()
                    || !BlockHash.ofBlockHeader(sha256, proof.headers().get(i), 0)
                            .equals(h.hash())) {
                return "header " + i + " does not fit its hash";
            }
            if (h.logIdHigh() != c.logIdHigh() || h.logIdLow() != c.logIdLow()) {
                return "header " + i + " belongs to another log than the checkpoint";
            }
            if (link != null && !h.previous().equals(link)) {
                return "header " + i + " does not follow the one before it";
            }
            link = h.hash();
        }
        BlockHeader last = headers.getLast();
        return last.number() == c.block() && last.hash().equals(c.hash())
                ? null
                : "the checkpoint does not sign the last header";
    }

    private static @Nullable String record(RecordProof proof, BlockHeader block) {
        BlockHash root =
                MerkleTree.rootOf(proof.record(), proof.index(), block.records(), proof.path());
        return root.equals(block.merkleRoot())
                ? null
                : "the record is not the one of this place in the block";
    }

    /** Follows the keys from the one that is believed to the one that signed. */
    private static @Nullable String keys(RecordProof proof, @Nullable LogKey anchor) {
        Checkpoint c = proof.checkpoint();
        LogKey current = null;
        for (KeyStatement k : proof.keys()) {
            if (current == null) {
                current = k.key().equals(anchor) ? anchor : null;
                continue;
            }
            if (!k.madeBy(current, c.logIdHigh(), c.logIdLow())) {
                return "key " + k.key().name() + " was not named by the key before it";
            }
            current = k.key();
        }
        if (current == null) {
            return anchor == null
                    ? "it names no key"
                    : "none of its keys is " + anchor.name() + ", which was given";
        }
        return c.signedBy(current)
                ? null
                : "the checkpoint was not signed by key " + current.name();
    }
}
