package org.cofferdam.monitor.card;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * From memory to the wire: the transmit ring with legacy, context and data descriptors (DS 7.2, SDM 3.3).
 *
 * <p>A descriptor is read once into locals; the bytes it names are copied once, straight into the wire's
 * place for a frame if the packet is one buffer, else into a private buffer; all checks and changes are made
 * on the copy. A packet that breaks a rule is dropped up to its EOP and reported once; a refused DMA access
 * stops the ring. The domain's thread; a pass takes at most {@link #DESCRIPTORS} descriptors and makes at most
 * {@link #FRAMES} frames; allocation-free.
 */
final class TransmitPath {
    /** Frames of one pass at most. */
    static final int FRAMES = 128;

    /** Descriptors of one pass at most. */
    static final int DESCRIPTORS = 512;

    /** The longest packet to segment, headers included: twice what IP can say. */
    static final int LONGEST_PACKET = 128 << 10;

    // Command byte (SDM table 3-10 and 3-16)
    private static final int EOP = 1;
    private static final int IFCS = 1 << 1;
    private static final int IC = 1 << 2; // legacy
    private static final int TSE = 1 << 2; // data
    private static final int RS = 1 << 3;
    private static final int DEXT = 1 << 5;
    private static final int VLE = 1 << 6;

    private static final int DTYP_CONTEXT = 0;
    private static final int DTYP_DATA = 1;
    private static final int POPTS_IXSM = 1;
    private static final int POPTS_TXSM = 1 << 1;
    private static final long STATUS_DD = 1L << 32;
    private static final long STATUS_ALL = 0xfL << 32;

    private final Statistics statistics;
    private final InterruptCauses interrupts;
    private final CardEvents events;
    private final WirePort wire;
    private final DescriptorRing ring;
    private final OutgoingFrames outgoing;
    private final SegmentationUnit segmentation;
    private final TransmitContext checksums = new TransmitContext();
    private final TransmitContext segments = new TransmitContext();
    private final MemorySegment copy = Arena.ofAuto().allocate(LONGEST_PACKET, 64);

    // The packet being gathered.
    private boolean inPacket;
    private boolean legacy;
    private boolean segmenting;
    private boolean dropping;
    private int options;
    private int gathered;
    private long place;
    private boolean inPlace;

    TransmitPath(
            CardModel model,
            RegisterFile registers,
            Statistics statistics,
            InterruptCauses interrupts,
            CardEvents events,
            WirePort wire,
            DescriptorRing ring) {
        this.statistics = statistics;
        this.interrupts = interrupts;
        this.events = events;
        this.wire = wire;
        this.ring = ring;
        this.outgoing = new OutgoingFrames(model, registers, statistics, wire);
        this.segmentation = new SegmentationUnit(segments, outgoing, wire);
    }

    /** TCTL was written. */
    void control(int control) {
        if ((control & Registers.TCTL_EN) == 0) {
            reset();
        } else if (ring.state() == DescriptorRing.State.OFF) {
            ring.start();
        }
    }

    /** The ring is off, and what was gathered is forgotten. */
    void reset() {
        ring.stop();
        segmentation.reset();
        checksums.reset();
        segments.reset();
        endPacket();
    }

    /** Whether a packet is only partly on the wire, or the wire has no room. */
    boolean blocked() {
        return segmentation.busy() || wire.sendWaits();
    }

    /** One pass. Returns descriptors done and frames sent. */
    int run(boolean linkUp) {
        wire.flush();
        ring.poll();
        if (!linkUp || !ring.running()) {
            return 0;
        }
        int frames = segmentation.run(FRAMES);
        int done = 0;
        int causes = 0;
        while (!segmentation.busy()
                && frames < FRAMES
                && done < DESCRIPTORS
                && ring.available() > 0) {
            place = wire.reserve();
            if (place < 0 || !ring.fetch()) {
                break;
            }
            long first = ring.quad(0);
            long second = ring.quad(1);
            int sent = take(first, second, FRAMES - frames);
            if (!ring.running()) {
                break;
            }
            if (((int) (second >>> 24) & RS) != 0) {
                if (!ring.writeBack(1, (second & ~STATUS_ALL) | STATUS_DD)) {
                    break;
                }
                causes |= Registers.ICR_TXDW;
            }
            ring.advance();
            frames += sent;
            done++;
        }
        wire.flush();
        if (done > 0) {
            ring.publish();
            if (ring.available() == 0) {
                causes |= Registers.ICR_TXQE;
            }
            if (causes != 0) {
                interrupts.set(causes);
            }
        }
        return frames + done;
    }

    /** Works on one descriptor; returns the frames that it sent. */
    private int take(long first, long second, int budget) {
        int command = (int) (second >>> 24) & 0xff;
        if ((command & DEXT) == 0) {
            return legacy(first, second, command, budget);
        }
        int type = (int) (second >>> 20) & 0xf;
        return switch (type) {
            case DTYP_CONTEXT -> {
                // The card has a context for checksums and one for segmentation (SDM 3.3.5).
                TransmitContext context = (command & TSE) != 0 ? segments : checksums;
                context.load(first, second);
                yield 0;
            }
            case DTYP_DATA -> data(first, second, command, budget);
            default -> {
                drop(MalformedDescriptor.UNKNOWN_TYPE);
                if ((command & EOP) != 0) {
                    endPacket();
                }
                yield 0;
            }
        };
    }

    private int legacy(long first, long second, int command, int budget) {
        if (!inPacket) {
            inPacket = true;
            legacy = true;
            segmenting = false;
        } else if (!legacy) {
            drop(MalformedDescriptor.MIXED_TYPES);
        }
        boolean eop = (command & EOP) != 0;
        if (!gather(first, (int) second & 0xffff, eop) || !eop) {
            return 0;
        }
        return finish(second, command, budget);
    }

    private int data(long first, long second, int command, int budget) {
        if (!inPacket) {
            inPacket = true;
            legacy = false;
            segmenting = (command & TSE) != 0;
            // SDM 3.3.7.3: POPTS counts in the first data descriptor only.
            options = (int) (second >>> 40) & 0xff;
        } else if (legacy) {
            drop(MalformedDescriptor.MIXED_TYPES);
        }
        boolean eop = (command & EOP) != 0;
        if (!gather(first, (int) second & 0xf_ffff, eop) || !eop) {
            return 0;
        }
        return finish(second, command, budget);
    }

    /** Copies a buffer to the packet. Returns false if the DMA map refused it. */
    private boolean gather(long address, int bytes, boolean eop) {
        // SDM 3.3.3.1, note 3: a null address or zero length transfers no data.
        if (dropping || bytes == 0 || address == 0) {
            return true;
        }
        int longest = segmenting ? LONGEST_PACKET : outgoing.longest() + FrameCheck.BYTES;
        // Both are below 2^20 + 2^18.
        if (gathered + bytes > longest) {
            drop(MalformedDescriptor.PACKET_TOO_LONG);
            return true;
        }
        DmaWindow window = ring.reach(address, bytes, DmaDirection.DEVICE_READS);
        if (window == null) {
            return false;
        }
        inPlace = gathered == 0 && eop && !segmenting;
        MemorySegment target = inPlace ? wire.sendMemory() : copy;
        long at = inPlace ? place : gathered;
        MemorySegment.copy(window.memory(), window.offset(address), target, at, bytes);
        gathered += bytes;
        return true;
    }

    /** EOP: the packet is whole. */
    private int finish(long second, int command, int budget) {
        int sent = 0;
        if (!dropping && gathered > 0) {
            int tag = (command & VLE) != 0 ? (int) (second >>> 48) & 0xffff : OutgoingFrames.NO_TAG;
            MalformedDescriptor why;
            if (segmenting) {
                why = beginSegments(tag);
                sent = segmentation.run(budget);
            } else {
                why = sendWhole(second, command, tag);
                sent = why == null ? 1 : 0;
            }
            if (why != null) {
                drop(why);
            }
        }
        endPacket();
        return sent;
    }

    private @Nullable MalformedDescriptor beginSegments(int tag) {
        MalformedDescriptor why =
                segmentation.begin(
                        copy,
                        gathered,
                        (options & POPTS_IXSM) != 0,
                        (options & POPTS_TXSM) != 0,
                        tag);
        if (why == null) {
            statistics.add(Statistics.TSCTC, 1);
        }
        return why;
    }

    private @Nullable MalformedDescriptor sendWhole(long second, int command, int tag) {
        MemorySegment memory = wire.sendMemory();
        if (!inPlace) {
            MemorySegment.copy(copy, 0, memory, place, gathered);
        }
        boolean insertCheck = (command & IFCS) != 0;
        int length = insertCheck ? gathered : gathered - FrameCheck.BYTES;
        if (legacy) {
            int start = (int) (second >>> 40) & 0xff;
            int field = (int) (second >>> 16) & 0xff;
            if ((command & IC) != 0 && ChecksumInsertion.fits(start, field, length)) {
                ChecksumInsertion.insert(memory, place, length, start, field, 0, false);
            }
        } else if (!insertChecksums(memory, length)) {
            return MalformedDescriptor.CHECKSUM_OUTSIDE_PACKET;
        }
        return outgoing.send(place, gathered, insertCheck, tag);
    }

    private boolean insertChecksums(MemorySegment memory, int length) {
        TransmitContext c = checksums;
        if ((options & POPTS_IXSM) != 0) {
            if (!c.loaded() || !ChecksumInsertion.fits(c.ipStart(), c.ipField(), length)) {
                return false;
            }
            ChecksumInsertion.insert(
                    memory, place, length, c.ipStart(), c.ipField(), c.ipEnd(), false);
        }
        if ((options & POPTS_TXSM) != 0) {
            int start = c.transportStart();
            int field = c.transportField();
            if (!c.loaded() || !ChecksumInsertion.fits(start, field, length)) {
                return false;
            }
            ChecksumInsertion.insert(
                    memory, place, length, start, field, c.transportEnd(), !c.tcp());
        }
        return true;
    }

    /** The packet breaks a rule: reported once, and nothing of it is sent. */
    private void drop(MalformedDescriptor why) {
        if (dropping) {
            return;
        }
        dropping = true;
        if (segmenting) {
            statistics.add(Statistics.TSCTFC, 1);
        }
        events.malformedDescriptor(RingName.TRANSMIT, ring.head(), why);
    }

    private void endPacket() {
        inPacket = false;
        dropping = false;
        segmenting = false;
        inPlace = false;
        options = 0;
        gathered = 0;
    }
}
