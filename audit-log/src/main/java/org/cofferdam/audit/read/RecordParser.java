package org.cofferdam.audit.read;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;
import org.jspecify.annotations.Nullable;

/**
 * Takes the records out of a block's payload, one thread. It remembers the names of sources.
 *
 * <p>The payload's hash was right, but that only says that the writer wrote it. Each length is checked
 * against the payload's end and the format's limits before it is used.
 */
public final class RecordParser {
    /** Longer names are cut; so what a hostile log can make this remember is bounded: 2 times 65,536 names. */
    private static final int MAX_NAME = 64;

    private static final int PORTS = 65_536;
    private static final int SOURCE = CrossingType.SOURCE.code();
    private static final int PORT_ATTACH = CrossingType.PORT_ATTACH.code();

    private final Map<Integer, String> names = new HashMap<>();
    private final Map<Long, String> portNames = new HashMap<>();
    private final RecordPick pick;
    private long namesOfRun = -1;
    private long picked;

    /** What is told about each record. */
    public interface Sink {
        /**
         * A sound record.
         *
         * @param crossing its value
         * @param offset where it begins in the payload
         */
        void crossing(Crossing crossing, int offset);
    }

    /** Takes all records out. */
    public RecordParser() {
        this(new RecordPick(AuditFilter.all()));
    }

    /** Takes out those that {@code pick} wants. */
    RecordParser(RecordPick pick) {
        this.pick = pick;
    }

    /** How many records were made into values so far; the others were passed over by their header. */
    long picked() {
        return picked;
    }

    /**
     * Tells {@code sink} of each record that is wanted.
     *
     * @return what is wrong with the payload, or empty; records before that place were told
     */
    public Optional<String> parse(BlockHeader block, MemorySegment payload, Sink sink) {
        if (block.run() != namesOfRun) {
            names.clear();
            portNames.clear();
            pick.forgetNames();
            names.put(0, "log");
            pick.learnSource(0, "log");
            namesOfRun = block.run();
        }
        int end = (int) payload.byteSize();
        long records = 0;
        int at = 0;
        while (at < end) {
            if (end - at < RecordLayout.HEADER_BYTES) {
                return Optional.of("record at payload byte " + at + " is cut");
            }
            long length = Bytes.u32(payload, at);
            if (length < RecordLayout.HEADER_BYTES
                    || length > RecordLayout.MAX_BYTES
                    || Bytes.align8((int) length) > end - at) {
                return Optional.of("record at payload byte " + at + " claims " + length + " bytes");
            }
            int code = Bytes.u16(payload, at + RecordLayout.TYPE);
            boolean naming = code == SOURCE || code == PORT_ATTACH;
            if (naming || mayBeWanted(payload, at, (int) length, code)) {
                Crossing crossing = record(block, payload, at, (int) length);
                if (crossing == null) {
                    return Optional.of("record at payload byte " + at + " contradicts itself");
                }
                picked++;
                if (naming) {
                    learn(crossing);
                }
                sink.crossing(crossing, at);
            }
            at += Bytes.align8((int) length);
            records++;
        }
        return records == block.records()
                ? Optional.empty()
                : Optional.of("block claims " + block.records() + " records and holds " + records);
    }

    private void learn(Crossing crossing) {
        if (crossing.fieldCount() == 0) {
            return;
        }
        String name = crossing.text();
        name = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
        if (crossing.code() == SOURCE) {
            int source = (int) (crossing.field(0) & 0xffff);
            names.put(source, name);
            pick.learnSource(source, name);
        } else if (crossing.field(0) >= 0 && crossing.field(0) < PORTS) {
            portNames.put(crossing.field(0), name);
            pick.learn(crossing.field(0), name);
        }
    }

    /** Decides by what stands at fixed places; false only if the filter would not accept the record. */
    private boolean mayBeWanted(MemorySegment payload, int start, int length, int code) {
        if (!pick.wantsType(code)
                || !pick.wantsSource(Bytes.u16(payload, start + RecordLayout.SOURCE))) {
            return false;
        }
        int flags = Bytes.u8(payload, start + RecordLayout.FLAGS);
        boolean span = (flags & RecordLayout.FLAG_SPAN) != 0;
        int body = RecordLayout.HEADER_BYTES + (span ? 8 : 0);
        if (body > length) {
            return true; // it contradicts itself, which is said where it is taken out
        }
        long first = Bytes.u64(payload, start + RecordLayout.TIME);
        long last = span ? Bytes.u64(payload, start + RecordLayout.HEADER_BYTES) : first;
        if (!pick.wantsTime(first, last)) {
            return false;
        }
        if (!pick.asksForPort()) {
            return true;
        }
        int fields = Bytes.u8(payload, start + RecordLayout.FIELDS);
        if ((flags & RecordLayout.FLAG_BURST) != 0) {
            int at = body + 8 * fields;
            return at + RecordLayout.BURST_HEADER_BYTES > length
                    || pick.wantsPort(Bytes.u16(payload, start + at + RecordLayout.BURST_PORT));
        }
        int field = CrossingType.portField(code);
        if (field < 0 || field >= fields) {
            return false;
        }
        int at = body + 8 * field;
        return at + 8 > length || pick.wantsPort(Bytes.u64(payload, start + at));
    }

    /** The record, or null if its parts do not fit its length; the caller bounded the length. */
    private @Nullable Crossing record(
            BlockHeader block, MemorySegment payload, int start, int length) {
        int flags = Bytes.u8(payload, start + RecordLayout.FLAGS);
        int fields = Bytes.u8(payload, start + RecordLayout.FIELDS);
        int source = Bytes.u16(payload, start + RecordLayout.SOURCE);
        int code = Bytes.u16(payload, start + RecordLayout.TYPE);
        long time = Bytes.u64(payload, start + RecordLayout.TIME);
        int at = start + RecordLayout.HEADER_BYTES;
        int end = start + length;
        boolean span = (flags & RecordLayout.FLAG_SPAN) != 0;
        boolean isText = (flags & RecordLayout.FLAG_TEXT) != 0;
        boolean isBurst = (flags & RecordLayout.FLAG_BURST) != 0;
        boolean isAlike = (flags & RecordLayout.FLAG_ALIKE) != 0;
        if (fields > RecordLayout.READABLE_FIELDS
                || at + (span ? 8 : 0) + 8 * fields > end
                || (isText && isBurst)
                || (isAlike && !isBurst)) {
            return null;
        }
        long last = time;
        if (span) {
            last = Bytes.u64(payload, at);
            at += 8;
        }
        long[] values = new long[fields];
        for (int i = 0; i < fields; i++, at += 8) {
            values[i] = Bytes.u64(payload, at);
        }
        String text = "";
        Burst burst = null;
        if (isText) {
            // At most MAX_BYTES; a newer writer may allow longer text than this one writes.
            byte[] utf8 = payload.asSlice(at, end - at).toArray(ValueLayout.JAVA_BYTE);
            text = new String(utf8, StandardCharsets.UTF_8);
        } else if (isBurst) {
            burst = burst(payload, at, end, isAlike);
            if (burst == null) {
                return null;
            }
        }
        return new Crossing(
                block.run(),
                source,
                names.getOrDefault(source, "source-" + source),
                Bytes.u64(payload, start + RecordLayout.SEQUENCE),
                code,
                Bytes.u32(payload, start + RecordLayout.COUNT),
                time,
                last,
                values,
                text,
                burst,
                portName(code, values, text, burst));
    }

    private @Nullable String portName(int code, long[] values, String text, @Nullable Burst burst) {
        if (burst != null) {
            return portNames.get((long) burst.port());
        }
        int field = CrossingType.portField(code);
        if (field < 0 || field >= values.length) {
            return null;
        }
        return code == PORT_ATTACH ? text : portNames.get(values[field]);
    }

    private static @Nullable Burst burst(MemorySegment payload, int at, int end, boolean alike) {
        if (end - at < RecordLayout.BURST_HEADER_BYTES) {
            return null;
        }
        long packets = Bytes.u32(payload, at + RecordLayout.BURST_PACKETS);
        // Packets alike need no bytes of their own, so their number is bounded by itself. Compared
        // as
        // longs: 3 times 2^32 does not overflow.
        long described = alike ? 1 : packets;
        if ((alike && packets > RecordLayout.MAX_PACKETS)
                || RecordLayout.BURST_HEADER_BYTES + 3 * described > end - at) {
            return null;
        }
        int[] lengths = new int[(int) packets];
        byte[] verdicts = new byte[(int) packets];
        int lengthAt = at + RecordLayout.BURST_HEADER_BYTES;
        int verdictAt = lengthAt + 2 * (int) described;
        for (int i = 0; i < packets; i++) {
            int told = alike ? 0 : i;
            lengths[i] = Bytes.u16(payload, lengthAt + 2 * told);
            verdicts[i] = (byte) Bytes.u8(payload, verdictAt + told);
        }
        return new Burst(
                Bytes.u16(payload, at + RecordLayout.BURST_PORT),
                Bytes.u16(payload, at + RecordLayout.BURST_QUEUE),
                Bytes.u64(payload, at + RecordLayout.BURST_TOTAL),
                lengths,
                verdicts);
    }
}
