package org.cofferdam.proxy.guestport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.InternetChecksum;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.Segmenter;
import org.cofferdam.proxy.packetswitch.Verdict;

/**
 * Frames for a guest that did not negotiate what their headers ask for: segments are cut and checksums completed, on
 * another copy, because the burst's own may go to a receiver that did. Switch thread; allocation-free.
 */
final class OffloadConversion {
    private final MemorySegment scratch =
            Arena.ofAuto().allocate(NetHeader.BYTES + Ethernet.LARGEST_FRAME, 16);
    private final Segmenter segmenter = new Segmenter();

    /** Delivers one frame in the form that the guest takes. The header was checked when the frame came in. */
    Verdict put(
            ReceiveQueue queue,
            GuestFeatures features,
            MemorySegment memory,
            long header,
            int frameBytes) {
        int flags = NetHeader.flags(memory, header);
        int type = NetHeader.gsoType(memory, header);
        if (!features.takesSegmentation(type)) {
            return cut(queue, memory, header, frameBytes, type);
        }
        if (flags != 0 && !features.takesPartialChecksums()) {
            return complete(queue, memory, header, frameBytes, flags);
        }
        return queue.put(memory, header, NetHeader.BYTES + frameBytes);
    }

    private Verdict cut(
            ReceiveQueue queue, MemorySegment memory, long header, int frameBytes, int type) {
        long frame = header + NetHeader.BYTES;
        int size = NetHeader.gsoSize(memory, header);
        if (!segmenter.begin(memory, frame, frameBytes, type, size)) {
            return Verdict.DROP_MALFORMED;
        }
        NetHeader.clear(scratch, 0);
        for (int i = 0; i < segmenter.segments(); i++) {
            int bytes = segmenter.write(i, scratch, NetHeader.BYTES);
            Verdict verdict = queue.put(scratch, 0, NetHeader.BYTES + bytes);
            if (verdict != Verdict.FORWARDED) {
                // What went before stays sent: to TCP the rest is loss, as on any wire.
                return verdict;
            }
        }
        return Verdict.FORWARDED;
    }

    private Verdict complete(
            ReceiveQueue queue, MemorySegment memory, long header, int frameBytes, int flags) {
        long frame = header + NetHeader.BYTES;
        MemorySegment.copy(memory, frame, scratch, NetHeader.BYTES, frameBytes);
        NetHeader.clear(scratch, 0);
        if ((flags & NetHeader.NEEDS_CSUM) != 0) {
            InternetChecksum.complete(
                    scratch,
                    NetHeader.BYTES,
                    frameBytes,
                    NetHeader.checksumStart(memory, header),
                    NetHeader.checksumOffset(memory, header));
        }
        return queue.put(scratch, 0, NetHeader.BYTES + frameBytes);
    }
}
