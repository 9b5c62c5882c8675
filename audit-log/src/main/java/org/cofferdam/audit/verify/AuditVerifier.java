package org.cofferdam.audit.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.sign.LogKey;
import org.cofferdam.audit.verify.Finding.Kind;
import org.jspecify.annotations.Nullable;

/** Verifies a whole log. The caller's thread; memory does not grow with the log. */
public final class AuditVerifier {
    /** Is told before each segment. */
    @FunctionalInterface
    public interface Progress {
        /**
         * A segment is about to be verified.
         *
         * @param file the segment's file
         * @param index from 0
         * @param total how many there are
         */
        void segment(Path file, int index, int total);
    }

    /** A file, the number it should be sorted by, and its header if that is sound. */
    record Candidate(Path file, int number, Optional<SegmentHeader> header) {}

    private AuditVerifier() {}

    /**
     * Verifies the log in a directory, also while it is written.
     *
     * @throws AuditLogException if there is no log, or a file cannot be read
     */
    public static VerifyReport verify(Path directory, Progress progress) {
        return verify(directory, VerifyOptions.none(), progress);
    }

    /**
     * Verifies the log in a directory against what is known besides.
     *
     * @throws AuditLogException if there is no log, or a file cannot be read
     */
    public static VerifyReport verify(Path directory, VerifyOptions options, Progress progress) {
        AuditReader.requireLog(directory);
        try {
            return verifyFiles(directory, options, progress);
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO, "cannot read the audit log in " + directory + ": " + e);
        }
    }

    private static VerifyReport verifyFiles(
            Path directory, VerifyOptions options, Progress progress) throws IOException {
        FindingList findings = new FindingList();
        boolean live = LogDirectory.hasWriter(directory);
        List<Candidate> segments = inOrder(LogDirectory.segments(directory), 0, findings);
        ChainCheck chain = new ChainCheck(findings, live, options);
        int expected = 1;
        if (!segments.isEmpty() && segments.getFirst().number > 1) {
            // Whether the log itself says so shows only later.
            expected = segments.getFirst().number;
            chain.headMissing(directory, expected);
        }
        for (int i = 0; i < segments.size(); i++) {
            Candidate c = segments.get(i);
            if (c.number > expected) {
                missing(findings, directory, expected, c.number - 1);
                chain.segmentsMissing();
            }
            progress.segment(c.file, i, segments.size());
            boolean isLast = i + 1 == segments.size();
            @Nullable SegmentHeader next = isLast ? null : follower(segments, i);
            chain.segment(c.file, c.number, c.header.orElse(null), next, isLast);
            expected = c.number + 1;
            if (live && i + 1 == segments.size()) {
                // The writer may have gone on to further segments while this one was verified.
                segments.addAll(inOrder(LogDirectory.segments(directory), c.number, findings));
            }
        }
        if (chain.endsRotated()) {
            missing(findings, directory, expected, expected);
        }
        chain.end(segments.isEmpty() ? directory : segments.getLast().file);
        return new VerifyReport(
                segments.size(),
                chain.blocks(),
                chain.records(),
                chain.lost(),
                chain.gone(),
                chain.signatures().checkpoints(),
                chain.signatures().lastSigned(),
                chain.signatures().first().map(LogKey::name).orElse(""),
                findings.findings(),
                findings.notes());
    }

    /**
     * The header of the segment after {@code i}, if it says where that one should end. A newest segment
     * without blocks does not: the writer makes it before it seals the one before.
     */
    private static @Nullable SegmentHeader follower(List<Candidate> segments, int i)
            throws IOException {
        Candidate next = segments.get(i + 1);
        if (next.number != segments.get(i).number + 1) {
            return null;
        }
        if (i + 2 == segments.size()) {
            try (SegmentWalker walker = SegmentWalker.open(next.file)) {
                if (walker.dataEnd(SegmentLayout.HEADER_BYTES) == SegmentLayout.HEADER_BYTES) {
                    return null;
                }
            }
        }
        return next.header.orElse(null);
    }

    static void missing(FindingList findings, Path directory, int first, int last) {
        findings.add(
                Kind.MISSING_SEGMENT,
                directory.resolve(SegmentLayout.fileName(first)),
                -1,
                -1,
                -1,
                first == last
                        ? "no file holds this segment"
                        : "no files hold this segment and those up to "
                                + SegmentLayout.fileName(last));
    }

    /** The segments with numbers above {@code after}, sorted by what their headers say. */
    private static List<Candidate> inOrder(List<Path> files, int after, FindingList findings)
            throws IOException {
        List<Candidate> candidates = new ArrayList<>();
        for (Path file : files) {
            int named = SegmentLayout.number(file).orElseThrow();
            try (SegmentWalker walker = SegmentWalker.open(file)) {
                Optional<SegmentHeader> header = walker.header();
                int number = header.map(SegmentHeader::number).orElse(named);
                if (number <= after) {
                    continue;
                }
                if (number != named) {
                    findings.add(
                            Kind.REORDERED_SEGMENT,
                            file,
                            SegmentLayout.NUMBER,
                            -1,
                            -1,
                            "the file holds segment " + number + ", not " + named);
                }
                candidates.add(new Candidate(file, number, header));
            }
        }
        candidates.sort(Comparator.comparingInt(Candidate::number));
        for (int i = candidates.size() - 1; i > 0; i--) {
            Candidate c = candidates.get(i);
            if (c.number == candidates.get(i - 1).number) {
                findings.add(
                        Kind.REORDERED_SEGMENT,
                        c.file,
                        -1,
                        -1,
                        -1,
                        "holds segment "
                                + c.number
                                + ", which "
                                + candidates.get(i - 1).file.getFileName()
                                + " holds too");
                candidates.remove(i);
            }
        }
        return candidates;
    }
}
