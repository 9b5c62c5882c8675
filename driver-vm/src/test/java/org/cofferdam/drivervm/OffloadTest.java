package org.cofferdam.drivervm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checksum and segmentation: what the host left to do is done right by the card's own means. */
@EnabledIf(
        value = "org.cofferdam.drivervm.KvmDomain#isPossible",
        disabledReason = "a virtual machine needs /dev/kvm, which is not on this machine")
class OffloadTest {

    private static final int NEEDS_CHECKSUM = 1;
    private static final int TCP = 6;

    /** A frame as the host's stack leaves it: the transport checksum holds the pseudo-header's sum. */
    private static byte[] hostFrame(boolean v4, int tag, int protocol, int payload) {
        int network = 14 + tag;
        int transport = network + (v4 ? 20 : 40);
        int headers = transport + (protocol == TCP ? 32 : 8);
        byte[] bytes = new byte[headers + payload];
        new Random(payload).nextBytes(bytes);
        ByteBuffer f = ByteBuffer.wrap(bytes);
        f.putShort(12, (short) (tag > 0 ? 0x8100 : v4 ? 0x0800 : 0x86dd));
        f.putShort(network - 2, (short) (v4 ? 0x0800 : 0x86dd));
        int length = headers - transport + payload;
        int addresses;
        if (v4) {
            f.putShort(network, (short) 0x4500).putShort(network + 2, (short) (20 + length));
            f.putShort(network + 6, (short) 0x4000).put(network + 9, (byte) protocol);
            f.putShort(network + 10, (short) 0);
            int header = ContextReader.sum(bytes, network, network + 20, 0);
            f.putShort(network + 10, (short) ~header);
            addresses = ContextReader.sum(bytes, network + 12, network + 20, 0);
        } else {
            f.putInt(network, 0x6000_0000).putShort(network + 4, (short) length);
            f.put(network + 6, (byte) protocol);
            addresses = ContextReader.sum(bytes, network + 8, network + 40, 0);
        }
        if (protocol == TCP) {
            f.put(transport + 12, (byte) 0x80).put(transport + 13, (byte) 0x18);
        } else {
            f.putShort(transport + 4, (short) length);
        }
        int pseudo = ContextReader.sum(new byte[0], 0, 0, (long) addresses + protocol + length);
        f.putShort(transport + (protocol == TCP ? 16 : 6), (short) pseudo);
        return bytes;
    }

    private static List<byte[]> wire(BenchCard.Sent sent) {
        return new ContextReader(sent.descriptors().get(0), sent.descriptors().get(1), sent.bytes())
                .onTheWire();
    }

    /** Checks both checksums of a frame on the wire by the receiver's rule: the sum is all ones. */
    private static void assertChecksumsRight(byte[] f, boolean v4, int tag, int protocol) {
        int network = 14 + tag;
        int transport = network + (v4 ? 20 : 40);
        int length = f.length - transport;
        if (v4) {
            assertEquals(0xffff, ContextReader.sum(f, network, network + 20, 0));
            assertEquals(f.length - network, ByteBuffer.wrap(f).getShort(network + 2));
        }
        int addresses = ContextReader.sum(f, v4 ? network + 12 : network + 8, transport, 0);
        long pseudo = (long) addresses + protocol + length;
        assertEquals(0xffff, ContextReader.sum(f, transport, f.length, pseudo));
    }

    @ParameterizedTest
    @CsvSource({"true, 0, 6", "true, 0, 17", "false, 0, 6", "false, 0, 17", "true, 4, 6"})
    void aPartialChecksumLeavesWhole(boolean v4, int tag, int protocol) {
        try (Bench bench = Bench.ready()) {
            int start = 14 + tag + (v4 ? 20 : 40);
            BenchUplink.Header header =
                    new BenchUplink.Header(NEEDS_CHECKSUM, 0, 0, start, protocol == TCP ? 16 : 6);
            byte[] frame = hostFrame(v4, tag, protocol, 1001);
            assertTrue(bench.uplink.send(header, frame));
            assertTrue(bench.uplink.send(header, frame));
            bench.settle();

            List<BenchCard.Sent> sent = bench.card.transmit();
            assertTrue(sent.get(0).descriptors().getFirst().isContext());
            for (byte[] onTheWire : wire(sent.get(0))) {
                assertChecksumsRight(onTheWire, v4, tag, protocol);
            }
            // The card still knows the same context.
            assertFalse(sent.get(1).descriptors().getFirst().isContext());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true, 0, 1448, 1449",
        "true, 0, 1448, 64000",
        "true, 0, 1448, 65000",
        "true, 4, 1444, 20000",
        "false, 0, 1428, 30000",
        "false, 0, 1, 100",
    })
    void aLargeSegmentLeavesAsRightFramesThatAddUpToIt(boolean v4, int tag, int mss, int payload) {
        try (Bench bench = Bench.ready()) {
            int transport = 14 + tag + (v4 ? 20 : 40);
            byte[] frame = hostFrame(v4, tag, TCP, payload);
            byte[] original = frame.clone();
            BenchUplink.Header header =
                    new BenchUplink.Header(NEEDS_CHECKSUM, v4 ? 1 : 4, mss, transport, 16);
            assertTrue(bench.uplink.send(header, frame));
            bench.settle();

            List<BenchCard.Sent> sent = bench.card.transmit();
            assertEquals(1, sent.size());
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            List<byte[]> frames = wire(sent.getFirst());
            for (byte[] next : frames) {
                assertChecksumsRight(next, v4, tag, TCP);
                all.write(next, transport + 32, next.length - transport - 32);
            }
            assertEquals((payload + mss - 1) / mss, frames.size());
            assertEquals(
                    ByteBuffer.wrap(original, transport + 32, payload),
                    ByteBuffer.wrap(all.toByteArray()));
        }
    }

    @Test
    void checksumFramesAfterSegmentsBringTheirOwnContextAgain() {
        try (Bench bench = Bench.ready()) {
            BenchUplink.Header checksum = new BenchUplink.Header(NEEDS_CHECKSUM, 0, 0, 34, 16);
            BenchUplink.Header segments = new BenchUplink.Header(NEEDS_CHECKSUM, 1, 1448, 34, 16);
            assertTrue(bench.uplink.send(checksum, hostFrame(true, 0, TCP, 500)));
            assertTrue(bench.uplink.send(segments, hostFrame(true, 0, TCP, 5000)));
            assertTrue(bench.uplink.send(checksum, hostFrame(true, 0, TCP, 500)));
            bench.settle();

            List<BenchCard.Sent> sent = bench.card.transmit();
            assertEquals(3, sent.size());
            for (BenchCard.Sent frame : sent) {
                assertTrue(frame.descriptors().getFirst().isContext());
                wire(frame).forEach(f -> assertChecksumsRight(f, true, 0, TCP));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no checksum asked for, 0, 1, 1448, 34, 16",
        "IPv6 said of an IPv4 frame, 1, 4, 1448, 34, 16",
        "UDP segmentation, 1, 3, 1448, 34, 6",
        "no segment size, 1, 1, 0, 34, 16",
        "segments beyond the MTU, 1, 1, 1500, 34, 16",
        "a transport header elsewhere, 1, 1, 1448, 38, 16",
        "a checksum elsewhere, 1, 1, 1448, 34, 18",
        "a start beyond the frame, 1, 0, 0, 65535, 16",
        "an offset beyond the frame, 1, 0, 0, 34, 65535",
    })
    void aHeaderThatDoesNotFitItsFrameIsRefused(
            String name, int flags, int type, int size, int start, int offset) {
        try (Bench bench = Bench.ready()) {
            BenchUplink.Header header = new BenchUplink.Header(flags, type, size, start, offset);
            assertTrue(bench.uplink.send(header, hostFrame(true, 0, TCP, 1400)));
            bench.settle();

            assertEquals(0, bench.card.transmit().size(), name);
            assertEquals(1, bench.status().counters().txErrors(), name);
        }
    }
}
