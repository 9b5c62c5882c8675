package org.cofferdam.audit.proof;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.MerkleTree;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.RecordParser;
import org.cofferdam.audit.sign.Checkpoint;
import org.cofferdam.audit.sign.KeyStatement;
import org.cofferdam.audit.verify.AuditVerifier.Progress;
import org.jspecify.annotations.Nullable;

/** Finds a record in a log's files and makes its proof, also while the log is written. One thread. */
public final class Prover {
    private final RecordName wanted;
    private final RecordParser parser = new RecordParser();
    private final List<KeyStatement> keys = new ArrayList<>();
    private final List<byte[]> headers = new ArrayList<>();
    private String host = "";

    // Of the record, once it was found.
    private byte @Nullable [] record;
    private String source = "";
    private int index;
    private List<BlockHash> path = List.of();

    private @Nullable BlockHeader before;
    private @Nullable Checkpoint signed;

    private Prover(RecordName wanted) {
        this.wanted = wanted;
    }

    /**
     * The proof of a record.
     *
     * @throws AuditLogException with one sentence if there is no such record, no checkpoint signs it yet, or a file cannot
     *     be read
     */
    public static RecordProof prove(Path directory, RecordName wanted, Progress progress) {
        AuditReader.requireLog(directory);
        try {
            return new Prover(wanted).search(LogDirectory.segments(directory), progress);
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO, "cannot read the audit log in " + directory + ": " + e);
        }
    }

    private RecordProof search(List<Path> files, Progress progress) throws IOException {
        for (int i = 0; i < files.size() && signed == null; i++) {
            progress.segment(files.get(i), i, files.size());
            segment(files.get(i));
        }
        byte[] found = record;
        Checkpoint checkpoint = signed;
        if (found == null) {
            throw new AuditLogException(
                    Problem.NOT_THERE, "the audit log holds no sound record " + wanted);
        }
        if (checkpoint == null) {
            throw new AuditLogException(
                    Problem.NOT_THERE,
                    "no checkpoint signs the record "
                            + wanted
                            + " yet, or the blocks up to it are damaged; while a monitor runs one comes within seconds");
        }
        return new RecordProof(
                host,
                source,
                found,
                index,
                path,
                List.copyOf(headers),
                checkpoint,
                List.copyOf(keys));
    }

    private void segment(Path file) throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            host = walker.header().map(SegmentHeader::host).orElse(host);
            long offset = SegmentLayout.HEADER_BYTES;
            while (signed == null) {
                SegmentStep step = walker.step(offset);
                if (step instanceof SegmentStep.End) {
                    return;
                }
                if (step instanceof SegmentStep.Damage damage) {
                    before = null; // the chain of headers is broken here
                    if (damage.last()) {
                        return;
                    }
                    offset = damage.end();
                    continue;
                }
                if (step instanceof SegmentStep.Block block) {
                    block(block, walker.headerBytes());
                    offset = block.end();
                }
            }
        }
    }

    private void block(SegmentStep.Block block, byte[] header) {
        BlockHeader b = block.header();
        boolean found = record != null;
        BlockHeader last = before;
        if (found && (last == null || !b.previous().equals(last.hash()))) {
            return; // nothing leads from the record's block to here
        }
        boolean candidate = !found && b.run() == wanted.run();
        if (candidate
                || b.summary().mayHold(CrossingType.KEY.code())
                || b.summary().mayHold(CrossingType.SOURCE.code())
                || found) {
            int[] place = {0};
            parser.parse(
                    b,
                    block.payload(),
                    (c, at) -> {
                        crossing(block, c, at, place[0]++, candidate);
                        Checkpoint.of(b.logIdHigh(), b.logIdLow(), c)
                                .filter(check -> found && check.hash().equals(b.previous()))
                                .ifPresent(check -> signed = check);
                    });
        }
        if (record != null && signed == null) {
            headers.add(header);
            before = b;
        }
    }

    private void crossing(
            SegmentStep.Block block, Crossing c, int at, int place, boolean candidate) {
        if (signed == null) {
            // Also one that takes over between the record and the checkpoint.
            KeyStatement.of(c)
                    .filter(k -> keys.isEmpty() || !keys.getLast().key().equals(k.key()))
                    .ifPresent(keys::add);
        }
        if (candidate
                && record == null
                && c.sequence() == wanted.sequence()
                && (c.sourceName().equals(wanted.source())
                        || Integer.toString(c.source()).equals(wanted.source()))) {
            take(block, c, at, place);
        }
    }

    private void take(SegmentStep.Block block, Crossing c, int at, int place) {
        byte[] payload = block.payload().toArray(ValueLayout.JAVA_BYTE);
        MerkleTree tree = new MerkleTree();
        for (int i = 0; i < payload.length; ) {
            int padded = Bytes.align8((int) Bytes.u32(block.payload(), i));
            if (padded < 8 || padded > payload.length - i) {
                return; // the parser says what is wrong with it
            }
            tree.add(payload, i, padded);
            if (i == at) {
                record = Arrays.copyOfRange(payload, i, i + padded);
            }
            i += padded;
        }
        index = place;
        source = c.sourceName();
        path = tree.path(place);
    }
}
