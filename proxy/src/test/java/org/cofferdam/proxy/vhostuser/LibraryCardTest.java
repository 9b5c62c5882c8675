package org.cofferdam.proxy.vhostuser;

import static org.cofferdam.proxy.vhostuser.GuestPlace.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.libos.frontend.BackEnd;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.nic.NetFeatures;
import org.cofferdam.libos.nic.QueuePair;
import org.cofferdam.libos.ring.RingError;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.junit.jupiter.api.Test;

/** The library OS's own card attaches to the monitor's back end, and to DPDK's. */
final class LibraryCardTest {
    private static final int FIRST = 5;
    private static final int SECOND = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static QueuePair attached(Path socket, long features) throws BackEndException {
        QueuePair card = new QueuePair(features);
        try {
            card.attach(BackEnd.connect(socket, PATIENCE));
            return card;
        } catch (BackEndException | RuntimeException e) {
            card.close();
            throw e;
        }
    }

    private static boolean send(QueuePair card, byte[] frame) {
        long place = card.claim(QueuePair.HEADER_BYTES + frame.length);
        if (place == QueuePair.NONE) {
            return false;
        }
        MemorySegment memory = card.memory();
        memory.asSlice(place, QueuePair.HEADER_BYTES).fill((byte) 0);
        MemorySegment.copy(
                frame,
                0,
                memory,
                ValueLayout.JAVA_BYTE,
                place + QueuePair.HEADER_BYTES,
                frame.length);
        card.commit(QueuePair.HEADER_BYTES + frame.length);
        card.flush();
        return true;
    }

    /** The next frame without its header, which is waited for. */
    private static byte[] next(QueuePair card) {
        int[] bytes = new int[1];
        await(
                "a frame",
                () -> {
                    bytes[0] = card.receive();
                    return bytes[0] != QueuePair.NONE;
                });
        card.flush();
        return card.frame()
                .asSlice(QueuePair.HEADER_BYTES, bytes[0] - QueuePair.HEADER_BYTES)
                .toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] frame(int number) {
        TestFrame frame =
                TestFrame.udp4()
                        .from(GuestPlace.mac(FIRST))
                        .to(GuestPlace.mac(SECOND).value())
                        .payload(number, 20 + number % 1400);
        MemorySegment bytes = MemorySegment.ofArray(new byte[frame.length()]);
        frame.write(bytes, 0);
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void itsCardIsWhatTheMonitorSays() throws BackEndException {
        try (GuestPlace place = new GuestPlace().withGuests(FIRST).start();
                QueuePair card = attached(place.socket(FIRST), NetFeatures.OFFLOADS)) {
            assertEquals(GuestPlace.mac(FIRST).value(), card.mac());
            assertEquals(GuestPlace.MTU, card.mtu());
            assertEquals(NetFeatures.OFFLOADS, card.features());
        }
    }

    @Test
    void framesComeWholeAndInOrderThroughManyRoundsOfTheRings() throws BackEndException {
        try (GuestPlace place = new GuestPlace().withGuests(FIRST, SECOND).start();
                QueuePair first = attached(place.socket(FIRST), NetFeatures.PLAIN);
                QueuePair second = attached(place.socket(SECOND), NetFeatures.PLAIN)) {
            int sent = 0;
            for (int came = 0; came < 5000; came++) {
                while (sent < 5000 && sent - came < 100 && send(first, frame(sent))) {
                    sent++;
                }
                assertArrayEquals(frame(came), next(second), "frame " + came);
            }
            assertEquals(0, second.brokenFrames());
            assertEquals(RingError.NONE, second.error());
        }
    }

    @Test
    void aSegmentOfManyBuffersComesAsOne() throws BackEndException {
        try (GuestPlace place = new GuestPlace().withGuests(FIRST, SECOND).start();
                QueuePair first = attached(place.socket(FIRST), NetFeatures.OFFLOADS);
                QueuePair second = attached(place.socket(SECOND), NetFeatures.OFFLOADS)) {
            TestFrame large =
                    TestFrame.tcp4()
                            .from(GuestPlace.mac(FIRST))
                            .to(GuestPlace.mac(SECOND).value())
                            .payload(3, 40_000)
                            .partialChecksum();
            long at = first.claim(QueuePair.HEADER_BYTES + large.length());
            large.write(first.memory(), at + QueuePair.HEADER_BYTES);
            int headers = large.length() - 40_000;
            NetHeader.write(
                    first.memory(),
                    at,
                    NetHeader.NEEDS_CSUM,
                    NetHeader.GSO_TCPV4,
                    headers,
                    1400,
                    34,
                    16);
            byte[] sent =
                    first.memory()
                            .asSlice(at + QueuePair.HEADER_BYTES, large.length())
                            .toArray(ValueLayout.JAVA_BYTE);
            first.commit(QueuePair.HEADER_BYTES + large.length());
            first.flush();
            assertArrayEquals(sent, next(second));
            assertEquals(1400, NetHeader.gsoSize(second.frame(), 0));
        }
    }

    /** The monitor ends and is started again, again and again, at any moment of the rings' rounds. */
    @Test
    void theNextBackEndTakesUpWhatTheOneBeforeLeft() throws BackEndException {
        SplittableRandom random = new SplittableRandom(3);
        try (GuestPlace place = new GuestPlace().withGuests(FIRST, SECOND).start();
                QueuePair first = attached(place.socket(FIRST), NetFeatures.PLAIN);
                QueuePair second = attached(place.socket(SECOND), NetFeatures.PLAIN)) {
            int number = 0;
            for (int life = 0; life < 20; life++) {
                for (int i = random.nextInt(200); i >= 0; i--) {
                    assertTrue(send(first, frame(number)));
                    assertArrayEquals(frame(number), next(second));
                    number++;
                }
                assertTrue(second.isAttached());
                place.reopen(0);
                place.reopen(1);
                assertFalse(second.isAttached(), "it was told");
                // Given while nobody was there.
                assertTrue(send(first, frame(number)));
                second.attach(BackEnd.connect(place.socket(SECOND), PATIENCE));
                first.attach(BackEnd.connect(place.socket(FIRST), PATIENCE));
                assertArrayEquals(frame(number), next(second));
                number++;
            }
            assertEquals(0, place.recorder().count("refused"));
        }
    }

    @Test
    void whoSleepsIsWokenByAFrame() throws BackEndException {
        try (GuestPlace place = new GuestPlace().withGuests(FIRST, SECOND).start();
                QueuePair first = attached(place.socket(FIRST), NetFeatures.PLAIN);
                QueuePair second = attached(place.socket(SECOND), NetFeatures.PLAIN);
                Epoll epoll = Epoll.create(1)) {
            epoll.add(second.callFd(), Epoll.IN, 0);
            for (int i = 0; i < 300; i++) {
                assertTrue(second.prepareToSleep());
                assertTrue(send(first, frame(i)));
                assertEquals(1, epoll.await(PATIENCE.toNanos()), "a call for frame " + i);
                second.awake();
                assertArrayEquals(frame(i), next(second));
            }
        }
    }

    @Test
    void dpdkIsABackEndLikeAnother() throws IOException, BackEndException {
        assumeTrue(
                Testpmd.folder().isPresent(),
                "testpmd was not unpacked; tests/testpmd/unpack does it");
        Path folder = Files.createTempDirectory("cofferdam-vhost-");
        Path socket = folder.resolve("dpdk");
        try (Testpmd testpmd =
                Testpmd.start(
                        "cofl",
                        List.of("net_vhost0,iface=" + socket + ",queues=1"),
                        "--forward-mode=io",
                        "--no-flush-rx")) {
            await("testpmd's prompt", testpmd::isReady);
            testpmd.command("start");
            try (QueuePair card = attached(socket, NetFeatures.PLAIN)) {
                // One port alone gives back what it gets.
                for (int i = 0; i < 2000; i++) {
                    assertTrue(send(card, frame(i)));
                    assertArrayEquals(frame(i), next(card), "frame " + i);
                }
            }
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
    }

    @Test
    void nobodyAtTheSocketIsSaid() throws IOException {
        Path nowhere = Files.createTempDirectory("cofferdam-nowhere-");
        try {
            BackEndException e =
                    assertThrows(
                            BackEndException.class,
                            () -> BackEnd.connect(nowhere.resolve("x"), PATIENCE));
            assertTrue(String.valueOf(e.getMessage()).contains("no back end listens at"));
        } finally {
            Files.delete(nowhere);
        }
    }

    @Test
    void aFrameMoreThanTheRingHoldsWaitsForItsPlace() throws BackEndException {
        try (GuestPlace place = new GuestPlace().withGuests(FIRST).start();
                QueuePair card = attached(place.socket(FIRST), NetFeatures.PLAIN)) {
            int sent = 0;
            for (int i = 0; i < 20_000; i++) {
                sent += send(card, frame(i)) ? 1 : 0;
            }
            long all = sent;
            await(
                    "what was sent to be judged",
                    () -> place.count(FIRST, PortCounter.FRAMES_IN) == all);
        }
    }
}
