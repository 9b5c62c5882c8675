package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * From the wire to memory: filter, length rules, VLAN tag, FCS, checksums, ring (DS 7.1, SDM 3.2).
 *
 * <p>While the ring has no descriptor, frames stay on the wire, whose own queue is the card's packet buffer;
 * what it drops is counted as missed. The domain's thread; at most {@link #BURST} frames a pass;
 * allocation-free.
 */
final class ReceivePath {
    /** Frames of one pass at most. */
    static final int BURST = 128;

    private static final int SHORTEST = 60; // IEEE 802.3 4.4.2: 64 bytes with FCS
    private static final int LONGEST_WITHOUT_LPE = 1522; // DS 10.2.5.1, LPE
    private static final int STATUS_VP = 1 << 3;
    private static final int STATUS_PIF = 1 << 7;
    private static final ValueLayout.OfInt LITTLE_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private enum Outcome {
        DONE,
        STORED,
        WAITS
    }

    private final CardModel model;
    private final RegisterFile registers;
    private final Statistics statistics;
    private final InterruptCauses interrupts;
    private final CardEvents events;
    private final WirePort wire;
    private final DescriptorRing ring;
    private final ReceiveRing buffers;
    private final MacFilter filter;
    private final ReceiveChecksum checksum;
    private final FrameCheck frameCheck;
    private boolean waiting;
    private long framesReceived;

    ReceivePath(
            CardModel model,
            RegisterFile registers,
            Statistics statistics,
            InterruptCauses interrupts,
            CardEvents events,
            WirePort wire,
            DescriptorRing ring) {
        this.model = model;
        this.registers = registers;
        this.statistics = statistics;
        this.interrupts = interrupts;
        this.events = events;
        this.wire = wire;
        this.ring = ring;
        this.buffers = new ReceiveRing(ring);
        this.filter = new MacFilter(registers);
        this.checksum = new ReceiveChecksum(model, registers);
        this.frameCheck = new FrameCheck();
    }

    /** RCTL was written. */
    void control(int control) {
        boolean on = (control & Registers.RCTL_EN) != 0;
        if (!on) {
            reset();
            return;
        }
        if (ring.state() == DescriptorRing.State.OFF) {
            ring.start();
        }
        int bytes = ReceiveRing.bufferBytes(model, control);
        boolean split = (control & Registers.RCTL_DTYP) != 0;
        boolean loopback = (control & Registers.RCTL_LBM) != 0;
        if (bytes == ReceiveRing.NO_BUFFER_SIZE || split || loopback) {
            ring.refuse();
            events.registerRefused(
                    Registers.RCTL, 4, control & 0xffff_ffffL, RegisterRefusal.UNSUPPORTED_MODE);
            return;
        }
        buffers.configure(bytes, registers.has(Registers.RFCTL, Registers.RFCTL_EXSTEN));
    }

    /** The ring is off; a frame that waited is judged anew. */
    void reset() {
        ring.stop();
        waiting = false;
    }

    /** Frames put into the ring; counts up over all lives of the domain. */
    long framesReceived() {
        return framesReceived;
    }

    /** Whether a frame waits for the domain to give the ring a descriptor. */
    boolean waiting() {
        return waiting;
    }

    /** One pass. Returns the frames taken off the wire. */
    int run(boolean linkUp) {
        ring.poll();
        int before = ring.available();
        int taken = 0;
        int stored = 0;
        boolean wasWaiting = waiting;
        waiting = false;
        while (taken < BURST) {
            boolean open = linkUp && ring.running();
            int room = open ? ring.available() : BURST;
            if (room == 0 && wasWaiting) {
                waiting = true;
                break;
            }
            if (!wire.peek(Math.max(1, Math.min(room, BURST - taken)))) {
                break;
            }
            Outcome outcome = open ? receive() : discard(linkUp);
            if (outcome == Outcome.WAITS) {
                if (!wasWaiting) {
                    statistics.add(Statistics.RNBC, 1);
                }
                waiting = true;
                break;
            }
            wire.consume();
            wasWaiting = false;
            taken++;
            if (outcome == Outcome.STORED) {
                stored++;
            }
        }
        if (stored > 0) {
            ring.publish();
            interrupts.set(Registers.ICR_RXT0 | lowOnDescriptors(before));
        }
        return taken;
    }

    /** Frames that the wire lost because the card did not take them in time. */
    void missed(long frames) {
        statistics.add(Statistics.MPC, frames);
        interrupts.set(Registers.ICR_RXO);
    }

    private Outcome discard(boolean linkUp) {
        // A ring that the card stopped loses what is on the wire; one that the domain turned off
        // hears
        // nothing.
        if (linkUp && ring.state() == DescriptorRing.State.STOPPED) {
            statistics.add(Statistics.MPC, 1);
        }
        return Outcome.DONE;
    }

    private Outcome receive() {
        MemorySegment memory = wire.frameMemory();
        long offset = wire.frameOffset();
        int length = wire.frameLength();
        if (length < SHORTEST) {
            // A shorter frame cannot come over a wire: its sender padded it.
            FramePadding.pad(memory, offset, length, SHORTEST);
            length = SHORTEST;
        }
        MacFilter.Verdict verdict = filter.judge(memory, offset);
        if (verdict == MacFilter.Verdict.REJECTED) {
            statistics.seen(length);
            return Outcome.DONE;
        }
        boolean longPackets = registers.has(Registers.RCTL, Registers.RCTL_LPE);
        int longest = longPackets ? model.longestFrame() : LONGEST_WITHOUT_LPE;
        if (length + FrameCheck.BYTES > longest) {
            statistics.seen(length);
            statistics.add(Statistics.ROC, 1);
            return Outcome.DONE;
        }
        boolean tagged =
                registers.has(Registers.CTRL, Registers.CTRL_VME)
                        && OnesComplement.load16(memory, offset + 12)
                                == registers.get(Registers.VET);
        boolean keepsCheck = !registers.has(Registers.RCTL, Registers.RCTL_SECRC);
        int needed =
                buffers.needed(length - (tagged ? 4 : 0) + (keepsCheck ? FrameCheck.BYTES : 0));
        if (needed >= ring.size()) {
            statistics.seen(length); // it never fits this ring
            missed(1);
            return Outcome.DONE;
        }
        if (needed > ring.available()) {
            return Outcome.WAITS;
        }
        return store(memory, offset, length, verdict, tagged, keepsCheck);
    }

    private Outcome store(
            MemorySegment memory,
            long offset,
            int length,
            MacFilter.Verdict verdict,
            boolean tagged,
            boolean keepsCheck) {
        statistics.seen(length);
        int onWire = length;
        long destination = MacFilter.destination(memory, offset);
        int check = keepsCheck ? frameCheck.of(memory, offset, length) : 0;
        int status = verdict == MacFilter.Verdict.ACCEPTED_BY_HASH ? STATUS_PIF : 0;
        int special = 0;
        if (tagged) {
            special = OnesComplement.load16(memory, offset + 14);
            MemorySegment.copy(memory, offset, memory, offset + 4, 12);
            offset += 4;
            length -= 4;
            status |= STATUS_VP;
        }
        checksum.examine(memory, offset, length);
        status |= checksum.status();
        if (keepsCheck) {
            memory.set(LITTLE_INT, offset + length, check);
            length += FrameCheck.BYTES;
        }
        boolean stored =
                buffers.store(
                        memory,
                        offset,
                        length,
                        status,
                        checksum.errors(),
                        checksum.packetChecksum(),
                        special);
        if (!stored) {
            statistics.add(Statistics.MPC, 1);
            return Outcome.DONE;
        }
        statistics.received(onWire, destination);
        framesReceived++;
        return Outcome.STORED;
    }

    /** RXDMT0 when this pass took the free descriptors down to the threshold of RCTL.RDMTS. */
    private int lowOnDescriptors(int before) {
        int fraction = registers.get(Registers.RCTL) >>> Registers.RCTL_RDMTS_SHIFT & 3;
        int threshold = ring.size() >> (fraction + 1);
        return before > threshold && ring.available() <= threshold ? Registers.ICR_RXDMT0 : 0;
    }
}
