package org.cofferdam.audit.verify;

import java.util.List;

/**
 * What the verifier saw.
 *
 * @param segments segment files
 * @param blocks sound blocks
 * @param records records in them
 * @param lost records that sources gave up, by the LOSS records
 * @param gone records that were in blocks which are missing or damaged, as far as sequence numbers tell
 * @param checkpoints signatures that are right
 * @param lastSigned number of the last block that is signed, -1 if none is
 * @param firstKey short name of the first key that the log names, empty if it names none
 * @param findings damage, in the order of the log, at most {@link #MAX_FINDINGS}
 * @param notes what is no damage and good to know
 */
public record VerifyReport(
        long segments,
        long blocks,
        long records,
        long lost,
        long gone,
        long checkpoints,
        long lastSigned,
        String firstKey,
        List<Finding> findings,
        List<Finding> notes) {
    /** More are not listed. */
    public static final int MAX_FINDINGS = 1000;

    /** Whether there is no damage. */
    public boolean ok() {
        return findings.isEmpty();
    }

    /** One line: verdict, {@code N records, 0 lost}, blocks and segments. */
    public String summary() {
        return (ok() ? "OK: " : "DAMAGED: ")
                + records
                + " records, "
                + lost
                + " lost, "
                + blocks
                + " blocks in "
                + segments
                + (segments == 1 ? " segment" : " segments")
                + (ok()
                        ? ""
                        : "; "
                                + findings.size()
                                + (findings.size() == 1 ? " finding" : " findings")
                                + (gone > 0 ? ", " + gone + " records gone" : ""));
    }
}
