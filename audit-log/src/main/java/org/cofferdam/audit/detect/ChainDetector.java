package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.Crossing;

/**
 * {@link RuleKind#CHAIN}: blocks that are missing, come twice or do not follow by their hashes, records that are missing
 * from a source's sequence, checkpoints that do not come. The verifier says it exactly; this says it at once.
 */
final class ChainDetector extends Detector {
    /** As many sources as a log can have, and one more for the log itself. */
    private static final int MOST_SOURCES = 256;

    /** What may be wrong with a log; each is an incident of its own. */
    private enum Flaw {
        MISSING,
        ORDER,
        LINK,
        DAMAGE,
        SEQUENCE,
        UNSIGNED;

        Incidents.Subject subject() {
            return new Incidents.Subject(Seen.NO_PORT, "", name());
        }
    }

    private static final Set<CrossingType> ALL = EnumSet.allOf(CrossingType.class);

    private final KeyedStates<Integer, Sequence> sequences =
            new KeyedStates<>(KeyedStates.PORT, MOST_SOURCES, Sequence::new);
    private boolean known;
    private long number;
    private long run;
    private BlockHash hash = BlockHash.NONE;

    /** Blocks were passed over or damaged, so the next jump of each source is theirs. */
    private long holes;

    private boolean signs;
    private boolean unsigned;
    private long unsignedSince;

    ChainDetector(Rule rule) {
        super(rule);
    }

    @Override
    Set<CrossingType> types() {
        return ALL;
    }

    /** A block came, before its records. */
    void block(BlockHeader block, Incidents incidents) {
        if (known) {
            if (block.number() > number + 1) {
                holes++;
                hit(
                        Flaw.MISSING,
                        block,
                        incidents,
                        believable(block.number() - number - 1),
                        "blocks " + (number + 1) + " to " + (block.number() - 1) + " are missing");
            } else if (block.number() <= number) {
                holes++;
                hit(
                        Flaw.ORDER,
                        block,
                        incidents,
                        1,
                        block.hash().equals(hash)
                                ? "block " + block.number() + " came twice"
                                : "block " + block.number() + " came behind block " + number);
            } else if (!block.previous().equals(hash)) {
                hit(
                        Flaw.LINK,
                        block,
                        incidents,
                        1,
                        "block " + block.number() + " does not follow from the block before it");
            } else if (block.run() < run) {
                hit(
                        Flaw.ORDER,
                        block,
                        incidents,
                        1,
                        "run " + block.run() + " came behind run " + run);
            }
        }
        if (block.run() != run) {
            sequences.clear();
        }
        known = true;
        number = block.number();
        run = block.run();
        hash = block.hash();
    }

    /** Blocks were left out on purpose: what comes next need not follow. */
    void passedOver() {
        known = false;
        holes++;
    }

    /** A stretch or a payload that cannot be read. */
    void damage(Tip tip, long time, String sentence, Incidents incidents) {
        holes++;
        known = false;
        incidents.hit(
                rule, Flaw.DAMAGE.subject(), time, time, 1, 1, tip, rule.says() + ": " + sentence);
    }

    private void hit(Flaw flaw, BlockHeader block, Incidents incidents, long events, String what) {
        incidents.hit(
                rule,
                flaw.subject(),
                block.earliest(),
                block.latest(),
                events,
                events,
                Tip.of(block),
                rule.says() + ": " + what);
    }

    @Override
    void look(Seen seen, String guest, Incidents incidents) {
        Crossing c = seen.crossing();
        sequence(c, incidents);
        CrossingType type = seen.type();
        if (type == CrossingType.CHECKPOINT || type == CrossingType.KEY) {
            signs = true;
            unsigned = false;
        } else if (signs && c.source() != 0) {
            if (!unsigned || c.time() < unsignedSince) {
                unsigned = true;
                unsignedSince = c.time();
            } else if (c.time() - unsignedSince > rule.number("checkpointOverdue")) {
                unsignedSince = c.time();
                incidents.hit(
                        rule,
                        Flaw.UNSIGNED.subject(),
                        c.time(),
                        c.time(),
                        1,
                        1,
                        Tip.of(c),
                        rule.says() + ": no checkpoint came for too long");
            }
        }
    }

    private void sequence(Crossing c, Incidents incidents) {
        Sequence s = sequences.of(c.source());
        long wanted = s.next;
        boolean explained = !s.known || s.holes < holes;
        s.known = true;
        s.next = c.sequence() + 1;
        s.holes = holes;
        if (!explained && c.sequence() != wanted) {
            incidents.hit(
                    rule,
                    Flaw.SEQUENCE.subject(),
                    c.time(),
                    c.time(),
                    Math.max(1, believable(c.sequence() - wanted)),
                    Math.max(1, believable(c.sequence() - wanted)),
                    Tip.of(c),
                    rule.says()
                            + ": source "
                            + c.source()
                            + " goes from record "
                            + (wanted - 1)
                            + " to "
                            + Long.toUnsignedString(c.sequence()));
        }
    }

    private static final class Sequence implements SavedState {
        private boolean known;
        private long next;
        private long holes;

        @Override
        public void save(DataOutput out) throws IOException {
            out.writeBoolean(known);
            out.writeLong(next);
            out.writeLong(holes);
        }

        @Override
        public void load(DataInput in) throws IOException {
            known = in.readBoolean();
            next = in.readLong();
            holes = in.readLong();
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeBoolean(known);
        out.writeLong(number);
        out.writeLong(run);
        out.writeLong(hash.w0());
        out.writeLong(hash.w1());
        out.writeLong(hash.w2());
        out.writeLong(hash.w3());
        out.writeLong(holes);
        out.writeBoolean(signs);
        out.writeBoolean(unsigned);
        out.writeLong(unsignedSince);
        sequences.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        known = in.readBoolean();
        number = in.readLong();
        run = in.readLong();
        hash = new BlockHash(in.readLong(), in.readLong(), in.readLong(), in.readLong());
        holes = in.readLong();
        signs = in.readBoolean();
        unsigned = in.readBoolean();
        unsignedSince = in.readLong();
        sequences.load(in);
    }
}
