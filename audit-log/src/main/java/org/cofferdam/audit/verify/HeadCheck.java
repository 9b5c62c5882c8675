package org.cofferdam.audit.verify;

import java.nio.file.Path;
import java.util.Optional;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.verify.Finding.Kind;
import org.jspecify.annotations.Nullable;

/** Whether a log that does not begin with its first segment says itself that the head was removed. */
final class HeadCheck {
    private @Nullable Path directory;
    private int firstHere;
    private Optional<SegmentHeader> first = Optional.empty();
    private boolean begun;
    private boolean recorded;
    private long records;

    void missing(Path where, int number) {
        directory = where;
        firstHere = number;
    }

    /** A segment begins; the first of them is the one that counts. */
    void segment(@Nullable SegmentHeader header) {
        if (!begun) {
            begun = true;
            first = Optional.ofNullable(header);
        }
    }

    /** A record of a sound block in order. */
    void record(Crossing c) {
        if (directory == null
                || c.source() != 0
                || c.code() != CrossingType.PRUNED.code()
                || c.fieldCount() < 8) {
            return;
        }
        records += c.field(7);
        BlockHash hash = new BlockHash(c.field(3), c.field(4), c.field(5), c.field(6));
        recorded |=
                first.filter(
                                h ->
                                        c.field(1) + 1 == firstHere
                                                && c.field(2) + 1 == h.firstBlock()
                                                && hash.equals(h.previous()))
                        .isPresent();
    }

    void end(FindingList findings) {
        Path where = directory;
        if (where == null) {
            return;
        }
        if (!recorded) {
            AuditVerifier.missing(findings, where, 1, firstHere - 1);
            return;
        }
        findings.add(
                Kind.PRUNED_HEAD,
                where.resolve(SegmentLayout.fileName(firstHere)),
                -1,
                -1,
                -1,
                "the log begins here by its retention's rule; it says of "
                        + records
                        + " records that they were removed before");
    }
}
