package org.cofferdam.audit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;

/** Makes the records of source 0, the log itself, one at a time. The writer's thread only. */
final class OwnRecords {
    static final int SOURCE_ID = 0;

    private final MemorySegment memory = Arena.ofAuto().allocate(RecordLayout.MAX_BYTES, 8);
    private final AuditClock clock;
    private long sequence;

    OwnRecords(AuditClock clock) {
        this.clock = clock;
    }

    long nextSequence() {
        return sequence;
    }

    /** The memory that holds the record made last. */
    MemorySegment memory() {
        return memory;
    }

    /** Makes a record and returns its padded bytes. */
    int make(CrossingType type, String text, long... values) {
        int fields = type.fieldCount();
        int head = RecordLayout.fieldsBytes(fields);
        memory.fill((byte) 0);
        int length = head + RecordLayout.text(memory, head, text);
        RecordLayout.header(
                memory,
                0,
                length,
                type.code(),
                text.isEmpty() ? 0 : RecordLayout.FLAG_TEXT,
                SOURCE_ID,
                fields,
                1,
                sequence++,
                clock.epochNanos());
        for (int i = 0; i < fields; i++) {
            Bytes.u64(memory, RecordLayout.HEADER_BYTES + 8L * i, values[i]);
        }
        return Bytes.align8(length);
    }
}
