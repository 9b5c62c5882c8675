package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;

/**
 * Frames into memory through the receive ring: legacy descriptors, and on the 82574L extended ones (DS 7.1.4
 * and 7.1.5, SDM 3.2.3). A frame takes as many buffers as it needs; EOP marks the last.
 */
final class ReceiveRing {
    private static final long STATUS_DD = 1;
    private static final long STATUS_EOP = 1 << 1;

    /** What {@link #bufferBytes} says when RCTL holds a reserved size. */
    static final int NO_BUFFER_SIZE = 0;

    private final DescriptorRing ring;
    private int bufferBytes = 2048;
    private boolean extended;

    ReceiveRing(DescriptorRing ring) {
        this.ring = ring;
    }

    /** The bytes of each buffer by RCTL, or {@link #NO_BUFFER_SIZE} (DS 10.2.5.1). */
    static int bufferBytes(CardModel model, int control) {
        int flexible = control >>> Registers.RCTL_FLXBUF_SHIFT & 0xf;
        if (model == CardModel.I82574L && flexible != 0) {
            return flexible << 10;
        }
        int size = control >>> Registers.RCTL_BSIZE_SHIFT & 3;
        if ((control & Registers.RCTL_BSEX) == 0) {
            return 2048 >> size;
        }
        return size == 0 ? NO_BUFFER_SIZE : 32768 >> size;
    }

    void configure(int bytesOfBuffer, boolean extendedDescriptors) {
        bufferBytes = bytesOfBuffer;
        extended = extendedDescriptors;
    }

    /** Descriptors that a frame takes. */
    int needed(int bytes) {
        return (bytes + bufferBytes - 1) / bufferBytes;
    }

    /**
     * Stores a frame for which there are enough descriptors.
     *
     * @param status bits of the last descriptor beside DD and EOP
     * @param checksum the packet checksum
     * @param special the VLAN tag, 0 if none
     * @return false if the DMA map refused an access, and the ring has stopped
     */
    boolean store(
            MemorySegment frame,
            long offset,
            int length,
            int status,
            int errors,
            int checksum,
            int special) {
        int done = 0;
        while (done < length) {
            if (!ring.fetch()) {
                return false;
            }
            long address = ring.quad(0);
            int part = Math.min(bufferBytes, length - done);
            DmaWindow window = ring.reach(address, part, DmaDirection.DEVICE_WRITES);
            if (window == null) {
                return false;
            }
            MemorySegment.copy(frame, offset + done, window.memory(), window.offset(address), part);
            // The packet checksum stands in the first descriptor, the rest of the status in the
            // last.
            int sum = done == 0 ? checksum : 0;
            done += part;
            boolean last = done == length;
            boolean written =
                    writeBack(
                            part,
                            sum,
                            last ? STATUS_DD | STATUS_EOP | status : STATUS_DD,
                            last ? errors : 0,
                            last ? special : 0);
            if (!written) {
                return false;
            }
            ring.advance();
        }
        return true;
    }

    private boolean writeBack(int part, long checksum, long status, long errors, long special) {
        if (!extended) {
            return ring.writeBack(
                    1, part | checksum << 16 | status << 32 | errors << 40 | special << 48);
        }
        // DS 7.1.5.2: no RSS (MRQ 0), no IP identification; DD is in the half that is written last.
        return ring.writeBack(0, checksum << 48)
                && ring.writeBack(1, status | errors << 24 | (long) part << 32 | special << 48);
    }
}
