package org.cofferdam.proxy.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.cofferdam.proxy.fuzz.FuzzInput;
import org.cofferdam.proxy.packetswitch.AddressClaims;

/**
 * Any bytes as a guest's frame. An input is a virtio-net header, then the frame. The memory ends where the frame ends,
 * so that a read beyond it is an exception.
 */
final class FrameFuzzTest {
    private static final int LARGEST = Ethernet.LARGEST_FRAME;

    private final OffloadCheck check = new OffloadCheck();
    private final FrameView view = new FrameView();
    private final Segmenter segmenter = new Segmenter();
    private final AddressClaims claims = claims();

    @FuzzTest
    void aFrameIsRefusedOrEveryPartOfItLiesInsideAndItsSegmentsAreRight(byte[] input) {
        byte[] bytes = new FuzzInput(input).rest(NetHeader.BYTES + LARGEST);
        int length = bytes.length - NetHeader.BYTES;
        // The port takes nothing shorter.
        if (length < Ethernet.HEADER_BYTES) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(bytes.length, 8);
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
            claims.allow(memory, NetHeader.BYTES, length);
            look(memory, NetHeader.BYTES, length);
            int type = NetHeader.gsoType(memory, 0);
            int size = NetHeader.gsoSize(memory, 0);
            cut(memory, NetHeader.BYTES, length, type, size, arena);
            if (check.apply(memory, 0, NetHeader.BYTES, length) == HeaderFault.NONE) {
                believe(memory, length, arena);
            }
        }
    }

    private void look(MemorySegment memory, long frame, int length) {
        if (!view.parse(memory, frame, length)) {
            return;
        }
        assertTrue(
                view.network() < view.transport()
                        && view.transport() < view.payload()
                        && view.payload() <= view.end()
                        && view.end() <= length);
        view.pseudoHeader(memory, frame, view.end() - view.transport());
    }

    /** What whoever reads the header next does with it. */
    private void believe(MemorySegment memory, int length, Arena arena) {
        int flags = NetHeader.flags(memory, 0);
        int type = NetHeader.gsoType(memory, 0);
        assertEquals(0, flags & ~(NetHeader.NEEDS_CSUM | NetHeader.DATA_VALID));
        assertTrue(check.segments() >= 1 && check.wireBytes() <= length);
        if (type != NetHeader.GSO_NONE) {
            int size = NetHeader.gsoSize(memory, 0);
            assertTrue(cut(memory, NetHeader.BYTES, length, type, size, arena), "it was admitted");
            assertEquals(check.segments(), segmenter.segments());
            assertEquals(check.wireBytes(), segmenter.largest());
        }
        if ((flags & NetHeader.NEEDS_CSUM) != 0) {
            int start = NetHeader.checksumStart(memory, 0);
            int field = NetHeader.checksumOffset(memory, 0);
            InternetChecksum.complete(memory, NetHeader.BYTES, length, start, field);
        }
    }

    /** Cuts the frame; its segments are right, and their payloads together are the frame's. */
    private boolean cut(
            MemorySegment memory, long frame, int length, int type, int size, Arena arena) {
        if (!segmenter.begin(memory, frame, length, type, size)) {
            return false;
        }
        view.parse(memory, frame, length);
        int headers = view.payload();
        int end = view.end();
        MemorySegment segment = arena.allocate(segmenter.largest());
        int at = headers;
        for (int i = 0; i < segmenter.segments(); i++) {
            int bytes = segmenter.write(i, segment, 0);
            assertTrue(TestFrame.checksumsRight(segment, 0, bytes), "segment " + i);
            long differs =
                    MemorySegment.mismatch(
                            segment,
                            headers,
                            bytes,
                            memory,
                            frame + at,
                            frame + at + bytes - headers);
            assertEquals(-1, differs, "segment " + i);
            at += bytes - headers;
        }
        assertEquals(end, at);
        return true;
    }

    private static AddressClaims claims() {
        try {
            return AddressClaims.only(
                    TestFrame.OUTSIDE,
                    List.of(InetAddress.getByName("10.0.0.1"), InetAddress.getByName("fd00::1")));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address is no name", e);
        }
    }
}
