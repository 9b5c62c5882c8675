package org.cofferdam.audit.verify;

import java.io.IOException;
import java.nio.file.Path;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.AuditReader;

/** Takes what another copy of a log has as {@link SeenElsewhere}. */
public final class Copies {
    private Copies() {}

    /**
     * Adds the sound blocks of a copy in a directory, an older one usually.
     *
     * @throws org.cofferdam.audit.AuditLogException if no log is there
     * @throws IOException if a file cannot be read
     */
    public static void add(Path directory, SeenElsewhere to) throws IOException {
        AuditReader.requireLog(directory);
        for (Path file : LogDirectory.segments(directory)) {
            try (SegmentWalker walker = SegmentWalker.open(file)) {
                long offset = SegmentLayout.HEADER_BYTES;
                SegmentStep step = walker.step(offset);
                while (!(step instanceof SegmentStep.End)) {
                    if (step instanceof SegmentStep.Block block) {
                        to.add(block.header());
                        offset = block.end();
                    } else if (step instanceof SegmentStep.Damage damage) {
                        if (damage.last()) {
                            break;
                        }
                        offset = damage.end();
                    }
                    step = walker.step(offset);
                }
            }
        }
    }
}
