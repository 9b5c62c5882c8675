package org.cofferdam.audit.sign;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.read.RecordParser;

/** Which keys a log names, without a word on whether they are right: that is the verifier's. Any thread. */
public final class KeyHistory {
    /**
     * A key and since when it signs.
     *
     * @param statement what the log says
     * @param run the run in whose segment it stands first
     * @param time when it was written, ns since 1970
     */
    public record Entry(KeyStatement statement, long run, long time) {}

    private KeyHistory() {}

    /**
     * The keys, oldest first. One that was taken up and given up within one segment is left out.
     *
     * @throws AuditLogException if there is no log in the directory, or a file cannot be read
     */
    public static List<Entry> of(Path directory) {
        AuditReader.requireLog(directory);
        List<Entry> entries = new ArrayList<>();
        try {
            for (Path file : LogDirectory.segments(directory)) {
                segment(file, entries);
            }
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO, "cannot read the audit log in " + directory + ": " + e);
        }
        return entries;
    }

    /** A segment repeats the key in its first block. */
    private static void segment(Path file, List<Entry> entries) throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            if (walker.step(SegmentLayout.HEADER_BYTES) instanceof SegmentStep.Block first) {
                new RecordParser()
                        .parse(
                                first.header(),
                                first.payload(),
                                (c, at) ->
                                        KeyStatement.of(c)
                                                .filter(
                                                        k ->
                                                                entries.isEmpty()
                                                                        || !entries.getLast()
                                                                                .statement
                                                                                .key()
                                                                                .equals(k.key()))
                                                .ifPresent(
                                                        k ->
                                                                entries.add(
                                                                        new Entry(
                                                                                k, c.run(),
                                                                                c.time()))));
            }
        }
    }
}
