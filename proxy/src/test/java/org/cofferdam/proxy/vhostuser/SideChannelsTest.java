package org.cofferdam.proxy.vhostuser;

import static org.cofferdam.proxy.vhostuser.FrontEnd.GUEST_BASE;
import static org.cofferdam.proxy.vhostuser.FrontEnd.join;
import static org.cofferdam.proxy.vhostuser.FrontEnd.u32;
import static org.cofferdam.proxy.vhostuser.FrontEnd.u64;
import static org.cofferdam.proxy.vhostuser.GuestPlace.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.memory.PassedMemory;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.socket.PassedDescriptor;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.guestport.GuestFeatures;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The in-flight buffer, the log of writes and the back end's own channel: of use to the honest, no way in for others. */
final class SideChannelsTest extends GuardedPort {
    private static final int SET_LOG_BASE = 6;
    private static final int SET_LOG_FD = 7;
    private static final int SET_BACKEND_REQ_FD = 21;
    private static final int GET_CONFIG = 24;
    private static final int GET_INFLIGHT_FD = 31;
    private static final int SET_INFLIGHT_FD = 32;
    private static final long PAGE = 4096;

    /** Enough bits for the memory of a {@link FrontEnd}, which begins at 4 GiB. */
    private static final long LOG_BYTES = (GUEST_BASE + FrontEnd.BYTES) / PAGE / 8;

    private static byte[] inflight(long bytes, long offset, int queues, int size) {
        return join(u64(bytes, offset), u32(queues | size << 16));
    }

    private static TestFrame toTheNeighbour() {
        return TestFrame.udp4().from(GuestPlace.mac(PORT)).to(GuestPlace.mac(NEIGHBOUR).value());
    }

    private void passes(FrontEnd peer, TestFrame frame) {
        peer.transmits(frame);
        await(
                "a frame at the neighbour",
                () -> neighbour.received().length == NetHeader.BYTES + frame.length());
    }

    // --- in-flight buffer

    @Test
    void theBufferThatIsHandedOutKeepsWhereTheQueueStands() {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT)).negotiates(FrontEnd.FEATURES)) {
            List<PassedDescriptor> beside = new ArrayList<>();
            peer.send(GET_INFLIGHT_FD, inflight(0, 0, 2, FrontEnd.SIZE));
            byte[] answer = peer.nextAnswer(beside);
            long bytes = MemorySegment.ofArray(answer).get(ValueLayout.JAVA_LONG_UNALIGNED, 12);
            assertEquals(1, beside.size());
            peer.send(
                    SET_INFLIGHT_FD, inflight(bytes, 0, 2, FrontEnd.SIZE), beside.getFirst().fd());
            peer.attaches();
            for (int i = 0; i < 3; i++) {
                passes(peer, toTheNeighbour());
            }
            try (PassedMemory memory = PassedMemory.map(beside.getFirst(), bytes)) {
                MemorySegment transmit = memory.segment().asSlice(bytes / 2 / 64 * 64);
                assertEquals(1, transmit.get(ValueLayout.JAVA_SHORT, 8), "version");
                assertEquals(FrontEnd.SIZE, transmit.get(ValueLayout.JAVA_SHORT, 10), "size");
                await("3", () -> transmit.get(ValueLayout.JAVA_SHORT, 14) == 3);
            }
        }
    }

    static final List<Offence> BUFFERS =
            List.of(
                    buffer("no queues", inflight(4096, 0, 0, 256)),
                    buffer("more queues than there are", inflight(1 << 20, 0, 5, 256)),
                    buffer("no bytes", inflight(0, 0, 2, 256)),
                    buffer("fewer bytes than queues", inflight(100, 0, 2, 256)),
                    buffer("bytes below zero", inflight(-4096, 0, 2, 256)),
                    buffer("2^63 - 1 bytes", inflight(Long.MAX_VALUE, 64, 2, 256)),
                    buffer("an offset below zero", inflight(4096, -64, 2, 256)),
                    buffer("an odd offset", inflight(4096, 8, 2, 256)),
                    buffer("more than the file has", inflight(2L * FrontEnd.BYTES, 0, 2, 256)),
                    offence(
                            "too small for a queue",
                            ProtocolFault.INFLIGHT,
                            p -> {
                                p.negotiates(FrontEnd.FEATURES)
                                        .send(
                                                SET_INFLIGHT_FD,
                                                inflight(4096, 0, 2, 256),
                                                p.memoryFd());
                                p.attachesWithoutWaiting(FrontEnd.FEATURES);
                            }),
                    offence(
                            "a descriptor of no memory",
                            ProtocolFault.INFLIGHT,
                            p ->
                                    p.negotiates(FrontEnd.FEATURES)
                                            .send(
                                                    SET_INFLIGHT_FD,
                                                    inflight(1 << 16, 0, 2, 256),
                                                    p.kick().fd())),
                    offence(
                            "one while queues run",
                            ProtocolFault.ORDER,
                            p ->
                                    p.attaches()
                                            .send(
                                                    SET_INFLIGHT_FD,
                                                    inflight(1 << 16, 0, 2, 256),
                                                    p.memoryFd())),
                    offence(
                            "one that is asked for queues of no size",
                            ProtocolFault.INFLIGHT,
                            p ->
                                    p.negotiates(FrontEnd.FEATURES)
                                            .send(GET_INFLIGHT_FD, inflight(0, 0, 2, 0))),
                    offence(
                            "one without its feature",
                            ProtocolFault.ORDER,
                            p -> p.send(GET_INFLIGHT_FD, inflight(0, 0, 2, 256))));

    private static Offence buffer(String name, byte[] message) {
        return offence(
                name,
                ProtocolFault.INFLIGHT,
                p -> p.negotiates(FrontEnd.FEATURES).send(SET_INFLIGHT_FD, message, p.memoryFd()));
    }

    @ParameterizedTest
    @FieldSource("BUFFERS")
    void anInflightBufferThatIsNotPossibleIsRefused(Offence offence) {
        commits(offence);
    }

    @Test
    void anInflightBufferThatIsCutShortCostsThePeerItsAttachment() {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT));
                FrontEnd other = new FrontEnd(place.socket(NEIGHBOUR))) {
            // The other one's memory is only a file that this one can cut.
            peer.negotiates(FrontEnd.FEATURES)
                    .send(SET_INFLIGHT_FD, inflight(1 << 16, 0, 2, 256), other.memoryFd());
            peer.attaches();
            passes(peer, toTheNeighbour());
            other.truncate(0);
            peer.transmits(toTheNeighbour());
            refused(peer, ProtocolFault.QUEUE);
        }
    }

    // --- log of writes

    @Test
    void whatIsWrittenIsLoggedFromTheMomentThatItIsAskedFor() {
        try (SharedMemory bits = SharedMemory.create("test-log", (LOG_BYTES + PAGE) / PAGE * PAGE);
                EventFd logged = EventFd.create();
                FrontEnd peer = new FrontEnd(place.socket(PORT)).attaches()) {
            TestFrame frame =
                    TestFrame.udp4()
                            .from(GuestPlace.mac(NEIGHBOUR))
                            .to(GuestPlace.mac(PORT).value());
            neighbour.transmits(frame);
            await("a frame", () -> peer.received().length > 0);
            peer.send(SET_LOG_BASE, u64(bits.size(), 0), bits.fd());
            assertEquals(0, peer.answer().orElseThrow());
            peer.send(SET_LOG_FD, new byte[0], logged.fd());
            peer.send(2, u64(FrontEnd.FEATURES | ProtocolFeatures.LOG_ALL));
            peer.describesAddress(0, true).describesAddress(1, true).settle();
            bits.segment().fill((byte) 0);

            neighbour.transmits(frame);
            await("another frame", () -> peer.received().length > 0);
            await("the signal", logged::drain);
            BitSet pages = BitSet.valueOf(bits.segment().toArray(ValueLayout.JAVA_BYTE));
            int base = (int) (GUEST_BASE / PAGE);
            int ring = base + (int) (FrontEnd.RECEIVE_RING / PAGE);
            // The second buffer of 2 KiB shares the first one's page; the ring's used part lies
            // in its second page.
            int buffer = base + (int) (FrontEnd.BUFFERS / PAGE);
            assertTrue(pages.get(buffer), "the buffer's page");
            assertTrue(pages.get(ring, ring + 4).cardinality() > 0, "the used ring's page");
            pages.clear(buffer);
            pages.clear(ring, ring + 4);
            pages.clear(
                    base + (int) (FrontEnd.TRANSMIT_RING / PAGE),
                    base + (int) (FrontEnd.TRANSMIT_RING / PAGE) + 4);
            assertEquals(new BitSet(), pages);

            peer.send(2, u64(FrontEnd.FEATURES));
            peer.settle();
            bits.segment().fill((byte) 0);
            neighbour.transmits(frame);
            await("a third frame", () -> peer.received().length > 0);
            assertEquals(
                    new BitSet(), BitSet.valueOf(bits.segment().toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    static final List<Offence> LOGS =
            List.of(
                    log("no bytes", u64(0, 0)),
                    log("bytes below zero", u64(-8, 0)),
                    log("an odd offset", u64(64, 4)),
                    log("more than the file has", u64(2L * FrontEnd.BYTES, 0)),
                    offence(
                            "a log of less than the memory",
                            ProtocolFault.LOG,
                            p -> {
                                p.attaches().send(SET_LOG_BASE, u64(4096, 0), p.memoryFd());
                                p.send(2, u64(FrontEnd.FEATURES | ProtocolFeatures.LOG_ALL));
                            }),
                    offence(
                            "an address that changes while the queue runs",
                            ProtocolFault.ORDER,
                            p -> p.attaches().describesQueueElsewhere(1)),
                    offence(
                            "features that change while queues run",
                            ProtocolFault.ORDER,
                            p ->
                                    p.attaches()
                                            .send(
                                                    2,
                                                    u64(
                                                            FrontEnd.FEATURES
                                                                    | ProtocolFeatures.LOG_ALL
                                                                    | GuestFeatures.CSUM))));

    private static Offence log(String name, byte[] message) {
        return offence(
                name,
                ProtocolFault.LOG,
                p -> p.negotiates(FrontEnd.FEATURES).send(SET_LOG_BASE, message, p.memoryFd()));
    }

    @ParameterizedTest
    @FieldSource("LOGS")
    void aLogThatIsNotPossibleIsRefused(Offence offence) {
        commits(offence);
    }

    @Test
    void aLogThatIsCutShortCostsThePeerItsAttachment() {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT));
                FrontEnd other = new FrontEnd(place.socket(NEIGHBOUR))) {
            peer.attaches();
            peer.send(SET_LOG_BASE, u64(LOG_BYTES, 0), other.memoryFd());
            assertEquals(0, peer.answer().orElseThrow());
            peer.send(2, u64(FrontEnd.FEATURES | ProtocolFeatures.LOG_ALL));
            peer.settle();
            other.truncate(0);
            peer.transmits(toTheNeighbour());
            refused(peer, ProtocolFault.QUEUE);
        }
    }

    // --- the back end's own channel

    @Test
    void aChangedLinkIsToldAndRead() {
        List<UnixStream> ends = UnixStream.pair();
        try (UnixStream ours = ends.get(0);
                UnixStream theirs = ends.get(1);
                Arena arena = Arena.ofConfined();
                FrontEnd peer = new FrontEnd(place.socket(PORT)).attaches()) {
            peer.send(SET_BACKEND_REQ_FD, new byte[0], theirs.fd());
            peer.settle();
            assertEquals(1, linkStatus(peer));
            GuestCard card =
                    new GuestCard(GuestPlace.mac(PORT), GuestPlace.MTU, 2).with(1400, false);
            place.door(0).change(card);
            MemorySegment told = arena.allocate(64);
            await("word of it", () -> ours.receive(told, 0, 64, new ArrayList<>()) == 12);
            assertArrayEquals(u32(2, 1, 0), told.asSlice(0, 12).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(0, linkStatus(peer));
            assertTrue(place.recorder().has(PORT + " told 2"));
        }
    }

    private static int linkStatus(FrontEnd peer) {
        peer.send(GET_CONFIG, u32(6, 2, 0));
        byte[] answer = peer.nextAnswer();
        return answer[12 + 12];
    }

    @Test
    void aPeerThatDoesNotReadItsChannelHoldsNothingUp() {
        List<UnixStream> ends = UnixStream.pair();
        try (UnixStream ours = ends.get(0);
                UnixStream theirs = ends.get(1);
                FrontEnd peer = new FrontEnd(place.socket(PORT)).attaches()) {
            assertTrue(ours.fd() >= 0);
            peer.send(SET_BACKEND_REQ_FD, new byte[0], theirs.fd());
            peer.settle();
            GuestCard card = new GuestCard(GuestPlace.mac(PORT), GuestPlace.MTU, 2);
            for (int i = 0; i < 2000; i++) {
                place.door(0).change(card.with(1000 + i % 2, true));
                peer.settle();
            }
            passes(peer, toTheNeighbour());
            assertFalse(place.recorder().has("refused"));
        }
    }

    @Test
    void aChannelThatIsNoSocketIsRefused() {
        commits(
                offence(
                        "",
                        ProtocolFault.NOT_A_SOCKET,
                        p -> p.attaches().send(SET_BACKEND_REQ_FD, new byte[0], p.memoryFd())));
    }

    // --- what they rest on

    /** Without a word of the front end, a packed queue that was paused goes on where it stood. */
    @Test
    void aPackedQueueThatIsDisabledGoesOnWhereItStood() {
        try (FrontEnd peer = new FrontEnd(place.socket(PORT))) {
            peer.attachesPacked();
            for (int i = 0; i < 5; i++) {
                peer.transmitsPacked(i, toTheNeighbour());
                long expected = i + 1L;
                await("it", () -> place.count(PORT, PortCounter.FRAMES_IN) == expected);
                peer.send(18, u32(1, 0));
                peer.send(18, u32(1, 1));
                peer.settle();
            }
            assertFalse(place.recorder().has("refused"));
        }
    }
}
