package org.cofferdam.proxy.vhostuser;

import static org.cofferdam.proxy.vhostuser.FrontEnd.BUFFERS;
import static org.cofferdam.proxy.vhostuser.FrontEnd.BYTES;
import static org.cofferdam.proxy.vhostuser.FrontEnd.GUEST_BASE;
import static org.cofferdam.proxy.vhostuser.GuestPlace.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Consumer;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.guestport.GuestFeatures;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Whatever a guest does with its queues, its memory and its connection, it loses its own attachment at most, the log says
 * why, and its neighbour notices nothing.
 */
final class HostileGuestTest extends GuardedPort {
    private static final long BUFFER = GUEST_BASE + BUFFERS;

    static final List<Offence> QUEUES =
            List.of(
                    queue("an available index that jumps", p -> p.offers(0, 300)),
                    queue("an available index that goes back", p -> p.offers(0, 65535)),
                    queue("a head outside the table", p -> p.offers(256, 1)),
                    queue(
                            "a loop",
                            p -> {
                                p.descriptor(0, BUFFER, 64, 1, 1);
                                p.descriptor(1, BUFFER, 64, 1, 0);
                                p.offers(0, 1);
                            }),
                    queue(
                            "a next outside the table",
                            p -> {
                                p.descriptor(0, BUFFER, 64, 1, 999);
                                p.offers(0, 1);
                            }),
                    queue(
                            "a buffer outside the memory",
                            p -> {
                                p.descriptor(0, 0x1000, 64, 0, 0);
                                p.offers(0, 1);
                            }),
                    queue(
                            "address and length that overflow",
                            p -> {
                                p.descriptor(0, -64, 128, 0, 0);
                                p.offers(0, 1);
                            }),
                    queue(
                            "a byte behind the end",
                            p -> {
                                p.descriptor(0, GUEST_BASE + BYTES - 63, 64, 0, 0);
                                p.offers(0, 1);
                            }),
                    queue(
                            "a chain of more than 2^32 bytes",
                            p -> {
                                for (int i = 0; i < 256; i++) {
                                    p.descriptor(i, BUFFER, 0xffff_ffffL, i < 255 ? 1 : 0, i + 1);
                                }
                                p.offers(0, 1);
                            }),
                    queue(
                            "a length of zero",
                            p -> {
                                p.descriptor(0, BUFFER, 0, 0, 0);
                                p.offers(0, 1);
                            }),
                    queue(
                            "a writable buffer to transmit",
                            p -> {
                                p.descriptor(0, BUFFER, 64, 2, 0);
                                p.offers(0, 1);
                            }),
                    queue(
                            "an indirect table that was not negotiated",
                            p -> {
                                p.descriptor(0, BUFFER, 64, 4, 0);
                                p.offers(0, 1);
                            }));

    private static Offence queue(String name, Consumer<FrontEnd> deed) {
        return offence(name, ProtocolFault.QUEUE, p -> deed.accept(p.attaches()));
    }

    @ParameterizedTest
    @FieldSource("QUEUES")
    void aQueueThatBreaksTheRulesIsRefused(Offence offence) {
        commits(offence);
        assertTrue(
                place.crossings().stream().anyMatch(l -> l.startsWith("refused " + PORT)),
                "the switch's own record");
    }

    @Test
    void anIndirectTableInsideAnIndirectTableIsRefused() {
        commits(
                offence(
                        "",
                        ProtocolFault.QUEUE,
                        p -> {
                            p.attaches(FrontEnd.FEATURES | GuestFeatures.INDIRECT_DESC);
                            p.descriptorAt(BUFFERS, BUFFER + 64, 64, 4, 0);
                            p.descriptor(0, BUFFER, 16, 4, 0);
                            p.offers(0, 1);
                        }));
    }

    /** Frames whose headers lie cost their sender those frames only. */
    @Test
    void aHeaderThatLiesCostsItsFrame() {
        long offloads = GuestFeatures.CSUM | GuestFeatures.HOST_TSO4 | GuestFeatures.HOST_TSO6;
        try (FrontEnd peer =
                new FrontEnd(place.socket(PORT)).attaches(FrontEnd.FEATURES | offloads)) {
            TestFrame frame =
                    TestFrame.tcp4()
                            .from(GuestPlace.mac(PORT))
                            .to(GuestPlace.mac(NEIGHBOUR).value());
            peer.transmitsBytes(5);
            peer.transmitsBytes(NetHeader.BYTES + 13);
            header(peer, NetHeader.NEEDS_CSUM, NetHeader.GSO_TCPV4, 0, 34, 16);
            peer.transmitsAsItIs(frame);
            header(peer, NetHeader.NEEDS_CSUM, NetHeader.GSO_TCPV6, 1400, 34, 16);
            peer.transmitsAsItIs(frame);
            header(peer, NetHeader.NEEDS_CSUM, NetHeader.GSO_NONE, 0, 65000, 16);
            peer.transmitsAsItIs(frame);
            header(peer, 0, NetHeader.GSO_TCPV4, 1400, 0, 0);
            peer.transmitsAsItIs(frame);
            header(peer, NetHeader.NEEDS_CSUM, 0x42, 1400, 34, 16);
            peer.transmitsAsItIs(frame);
            await("seven frames to be judged", () -> place.count(PORT, PortCounter.FRAMES_IN) == 7);
            assertEquals(
                    7,
                    place.thread()
                            .ask(
                                    () ->
                                            place.packets()
                                                    .counters(place.port(0).id())
                                                    .taken(Verdict.DROP_MALFORMED)));
        }
        assertEquals(0, place.recorder().count("refused"));
    }

    private static void header(FrontEnd peer, int flags, int type, int size, int start, int field) {
        // One frame is under way at a time: the header is the driver's to write again.
        await("the frame before", () -> peer.transmitDone());
        NetHeader.write(
                peer.memory(), FrontEnd.TRANSMIT_BUFFER, flags, type, 54, size, start, field);
    }

    @Test
    void anOffloadThatWasNotNegotiatedCostsTheFrame() {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT)).attaches()) {
            header(peer, NetHeader.NEEDS_CSUM, NetHeader.GSO_NONE, 0, 34, 16);
            peer.transmitsAsItIs(
                    TestFrame.tcp4()
                            .from(GuestPlace.mac(PORT))
                            .to(GuestPlace.mac(NEIGHBOUR).value()));
            await("it to be judged", () -> place.count(PORT, PortCounter.FRAMES_IN) == 1);
            assertEquals(0, place.count(NEIGHBOUR, PortCounter.FRAMES_OUT));
        }
    }

    /** Again and again, so that the code that meets it is compiled, too. */
    @Test
    void memoryThatIsCutShortUnderLoadCostsThePeerItsAttachment() {
        TestFrame frame =
                TestFrame.udp4().from(GuestPlace.mac(PORT)).to(GuestPlace.mac(NEIGHBOUR).value());
        for (int round = 0; round < 12; round++) {
            try (FrontEnd peer = new FrontEnd(place.socket(PORT)).attaches()) {
                long enough = place.count(PORT, PortCounter.FRAMES_IN) + 20_000;
                while (place.count(PORT, PortCounter.FRAMES_IN) < enough) {
                    peer.transmits(frame);
                    neighbour.received();
                }
                peer.truncate(round % 2 == 0 ? 0 : FrontEnd.TRANSMIT_BUFFER);
                peer.kick().signal();
                if (round % 2 == 1) {
                    // Its rings are there still: only a frame leads to what is gone.
                    peer.offersTruncated();
                }
                int times = round + 1;
                await(
                        "the refusal",
                        () -> place.recorder().count(PORT + " refused QUEUE") == times);
                peer.grow();
            }
        }
        assertTrue(
                place.crossings().stream().anyMatch(l -> l.contains("MEMORY_LOST")),
                "the switch's own record");
        assertEquals(0, place.recorder().count(NEIGHBOUR + " refused"));
    }

    @Test
    void aPeerThatNeverReadsItsAnswersIsRefused() {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT))) {
            await(
                    "DEAF in the log",
                    () -> {
                        while (peer.send(1, NOTHING)) {
                            // As many as the socket takes.
                        }
                        return place.recorder().has("refused DEAF");
                    });
        } catch (NativeCallException e) {
            assertTrue(place.recorder().has("refused DEAF"), e.getMessage());
        }
    }

    @Test
    void aPeerThatFloodsKicksIsServedAndNobodyElseWaits() {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT)).attaches()) {
            EventFd kick = peer.kick();
            Thread flood =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!Thread.currentThread().isInterrupted()) {
                                            kick.signal();
                                        }
                                    });
            try {
                TestFrame frame =
                        TestFrame.udp4()
                                .from(GuestPlace.mac(NEIGHBOUR))
                                .to(GuestPlace.mac(PORT).value());
                for (int i = 0; i < 200; i++) {
                    neighbour.transmits(frame);
                    await("the frame", () -> peer.received().length > 0);
                }
            } finally {
                flood.interrupt();
                awaitEnd(flood);
            }
        }
    }

    private static void awaitEnd(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aPeerThatConnectsTenThousandTimesLeavesNothing() {
        int fds = openDescriptors();
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            try (FrontEnd.Bare peer = FrontEnd.Bare.connect(place.socket(PORT))) {
                peer.hello();
            } catch (NativeCallException e) {
                // The backlog is full: the kernel says so to the peer.
                refused++;
            }
        }
        await(
                "all sessions to end",
                () -> place.recorder().count("connected") == place.recorder().count(" left") + 1);
        assertTrue(refused < 10_000);
        assertTrue(openDescriptors() <= fds + 8, fds + " and " + openDescriptors());
    }

    private static int openDescriptors() {
        return java.util.Objects.requireNonNull(new java.io.File("/proc/self/fd").list()).length;
    }
}
