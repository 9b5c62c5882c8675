package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The last station before the wire: VLAN tag, padding, FCS rules, statistics (DS 7.2.7, 10.2.6.1). Works on
 * frames in the place that the wire reserved.
 */
final class OutgoingFrames {
    /** No tag to insert. */
    static final int NO_TAG = -1;

    private static final int ETHERNET_HEADER = 14;
    private static final int SHORTEST = 60; // IEEE 802.3 4.4.2: 64 bytes with FCS
    private static final ValueLayout.OfInt LITTLE_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final RegisterFile registers;
    private final Statistics statistics;
    private final WirePort wire;
    private final int longest;
    private final FrameCheck frameCheck = new FrameCheck();

    OutgoingFrames(CardModel model, RegisterFile registers, Statistics statistics, WirePort wire) {
        this.registers = registers;
        this.statistics = statistics;
        this.wire = wire;
        this.longest =
                Math.min(
                        model.longestFrame() - FrameCheck.BYTES,
                        wire.sendBytes() - WirePort.TAIL_ROOM);
    }

    /** Bytes of the longest frame that may be sent, without FCS. */
    int longest() {
        return longest;
    }

    /**
     * Sends the frame at a reserved place.
     *
     * @param place what {@link WirePort#reserve} gave
     * @param length at most {@link #longest} + 4
     * @param insertCheck IFCS: the card makes the FCS; else the frame ends in it
     * @param tag the VLAN tag to insert, or {@link #NO_TAG}
     * @return why the frame was not sent, or null
     */
    @Nullable MalformedDescriptor send(long place, int length, boolean insertCheck, int tag) {
        MemorySegment memory = wire.sendMemory();
        if (!insertCheck) {
            length -= FrameCheck.BYTES;
            if (length < SHORTEST
                    || frameCheck.of(memory, place, length)
                            != memory.get(LITTLE_INT, place + length)) {
                return MalformedDescriptor.WRONG_FRAME_CHECK;
            }
        }
        if (length < ETHERNET_HEADER) {
            return MalformedDescriptor.PACKET_TOO_SHORT;
        }
        if (tag != NO_TAG && registers.has(Registers.CTRL, Registers.CTRL_VME)) {
            MemorySegment.copy(memory, place + 12, memory, place + 16, length - 12);
            OnesComplement.store16(memory, place + 12, registers.get(Registers.VET));
            OnesComplement.store16(memory, place + 14, tag);
            length += 4;
        }
        if (length > longest) {
            return MalformedDescriptor.PACKET_TOO_LONG;
        }
        if (length < SHORTEST) {
            if (!registers.has(Registers.TCTL, Registers.TCTL_PSP)) {
                return MalformedDescriptor.PACKET_TOO_SHORT; // a runt, which no receiver takes
            }
            FramePadding.pad(memory, place, length, SHORTEST);
            length = SHORTEST;
        }
        statistics.sent(length, MacFilter.destination(memory, place));
        wire.commit(length);
        return null;
    }
}
