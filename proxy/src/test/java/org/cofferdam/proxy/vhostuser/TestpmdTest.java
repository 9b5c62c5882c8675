package org.cofferdam.proxy.vhostuser;

import static org.cofferdam.proxy.vhostuser.GuestPlace.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.packetswitch.PortPolicy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DPDK's virtio-user, a front end that none of us wrote, attaches and forwards. */
final class TestpmdTest {
    private static final int SOURCE = 4;
    private static final int GUEST = 5;
    private static final int OTHER = 6;
    private static final long ENOUGH = 100_000;

    @BeforeEach
    void testpmdIsThere() {
        assumeTrue(
                Testpmd.folder().isPresent(),
                "testpmd was not unpacked; tests/testpmd/unpack does it");
    }

    private static String device(int index, GuestPlace place, int guest, String more) {
        return "net_virtio_user%d,path=%s,mac=%s%s"
                .formatted(index, place.socket(guest), GuestPlace.mac(guest), more);
    }

    @Test
    void framesGoFromOneGuestToTheOtherAndBack() {
        try (GuestPlace place = new GuestPlace().withGuests(GUEST, OTHER).start();
                Testpmd testpmd =
                        Testpmd.start(
                                "cofa",
                                List.of(
                                        device(0, place, GUEST, ",queues=1"),
                                        device(1, place, OTHER, ",queues=1")),
                                "--forward-mode=io",
                                "--eth-peer=0," + GuestPlace.mac(OTHER),
                                "--eth-peer=1," + GuestPlace.mac(GUEST))) {
            await("testpmd's prompt", testpmd::isReady);
            await("both to run", () -> place.running(0) == 2 && place.running(1) == 2);
            testpmd.command("start tx_first 4");
            await(
                    "frames at both",
                    () ->
                            place.count(GUEST, PortCounter.FRAMES_OUT) > ENOUGH
                                    && place.count(OTHER, PortCounter.FRAMES_OUT) > ENOUGH);
            testpmd.command("stop");
            assertEquals(0, place.recorder().count("refused"), place.recorder().lines().toString());
        }
    }

    @ParameterizedTest(name = "{0} queue pairs, {1}")
    @CsvSource({
        "1,mrg_rxbuf=1",
        "1,mrg_rxbuf=0",
        "2,mrg_rxbuf=1",
        "1,'mrg_rxbuf=1,in_order=0'",
        "1,'mrg_rxbuf=1,packed_vq=1'",
        "2,'mrg_rxbuf=0,in_order=0,packed_vq=1'"
    })
    void noFrameIsLostDuplicatedOrChanged(int pairs, String options) {
        NumberedFrames frames = numbered();
        try (GuestPlace place = with(frames).withGuests(GUEST).start();
                Testpmd testpmd = macswap("cofb", place, pairs, options)) {
            await("testpmd's prompt", testpmd::isReady);
            await("its queues to run", () -> place.running(0) == 2 * pairs);
            testpmd.command("start");
            forwards(place, frames);
            assertEquals(0, place.recorder().count("refused"), place.recorder().lines().toString());
        }
    }

    @Test
    void itComesAndGoesAndEachTimeItsFramesPass() {
        NumberedFrames frames = numbered();
        try (GuestPlace place = with(frames).withGuests(GUEST).start()) {
            for (int round = 0; round < 3; round++) {
                try (Testpmd testpmd = macswap("cofc", place, 1, "mrg_rxbuf=1")) {
                    await("testpmd's prompt", testpmd::isReady);
                    testpmd.command("start");
                    forwards(place, frames);
                    if (round == 1) {
                        testpmd.kill();
                    }
                }
                int times = round + 1;
                await("its end", () -> place.recorder().count("left") == times);
            }
            assertEquals(0, place.recorder().count("refused"), place.recorder().lines().toString());
        }
    }

    @Test
    void itsQueuesStopAndStartTwentyTimes() {
        NumberedFrames frames = numbered();
        try (GuestPlace place = with(frames).withGuests(GUEST).start();
                Testpmd testpmd = macswap("cofd", place, 1, "mrg_rxbuf=1")) {
            await("testpmd's prompt", testpmd::isReady);
            testpmd.command("start");
            for (int round = 0; round < 20; round++) {
                forwards(place, frames, ENOUGH / 20);
                testpmd.command("stop");
                testpmd.command("port stop 0");
                testpmd.command("port start 0");
                await("its queues to run again", () -> place.running(0) == 2);
                testpmd.command("start");
            }
            forwards(place, frames, ENOUGH / 20);
            assertEquals(0, place.recorder().count("refused"), place.recorder().lines().toString());
        }
    }

    @Test
    void whereItListensThisEndConnectsAndAfterARestartAgain() {
        NumberedFrames frames = numbered();
        try (GuestPlace place = with(frames).withGuests(GUEST).startAsClient();
                Testpmd testpmd = macswap("cofe", place, 1, "mrg_rxbuf=1,server=1")) {
            await("testpmd's prompt", testpmd::isReady);
            testpmd.command("start");
            for (int life = 0; life < 3; life++) {
                await("its queues to run", () -> place.running(0) == 2);
                forwards(place, frames, ENOUGH / 10);
                place.reopenAsClient(0);
            }
            assertEquals(0, place.recorder().count("refused"), place.recorder().lines().toString());
        }
    }

    /** With {@code ops/test --soak} a minute in twenty lives. */
    @Test
    void atHalfOfItsCapacityNothingIsLostThroughManyLives() {
        int lives = Boolean.getBoolean("cofferdam.soak") ? 20 : 2;
        NumberedFrames frames = numbered();
        long half = 0;
        try (GuestPlace place = with(frames).withGuests(GUEST).start()) {
            for (int life = 1; life <= lives; life++) {
                try (Testpmd testpmd = macswap("coff", place, 1, "mrg_rxbuf=1")) {
                    await("testpmd's prompt", testpmd::isReady);
                    await("its queues to run", () -> place.running(0) == 2);
                    testpmd.command("start");
                    if (half == 0) {
                        half = forASecond(place, frames) / 2;
                        long pace = half;
                        place.thread()
                                .ask(
                                        () -> {
                                            frames.pace(pace);
                                            return true;
                                        });
                    }
                    for (int second = 0; second < 3; second++) {
                        assertTrue(forASecond(place, frames) > 0);
                    }
                }
                int times = life;
                await("its end", () -> place.recorder().count("left") == times);
            }
            assertEquals(0, place.recorder().count("refused"), place.recorder().lines().toString());
        }
    }

    /** Sends for a second, and returns how many frames came back: all that were sent. */
    private static long forASecond(GuestPlace place, NumberedFrames frames) {
        long before = frames.returned();
        long end = System.nanoTime() + 1_000_000_000L;
        send(place, frames, true);
        await("the second's end", () -> System.nanoTime() - end >= 0);
        send(place, frames, false);
        await("the last of them", () -> place.thread().ask(frames::underWay) == 0);
        assertEquals(0, frames.wrong());
        return frames.returned() - before;
    }

    private static NumberedFrames numbered() {
        return new NumberedFrames(GuestPlace.mac(SOURCE), GuestPlace.mac(GUEST), 64, 1514);
    }

    private static GuestPlace with(NumberedFrames frames) {
        return new GuestPlace()
                .with(SOURCE, frames, PortPolicy.station(GuestPlace.mac(SOURCE), GuestPlace.MTU));
    }

    private static Testpmd macswap(String prefix, GuestPlace place, int pairs, String options) {
        return Testpmd.start(
                prefix,
                List.of(device(0, place, GUEST, ",queues=" + pairs + "," + options)),
                "--forward-mode=macswap",
                "--rxq=" + pairs,
                "--txq=" + pairs);
    }

    private static void forwards(GuestPlace place, NumberedFrames frames) {
        forwards(place, frames, ENOUGH);
    }

    private static void forwards(GuestPlace place, NumberedFrames frames, long enough) {
        long before = frames.returned();
        send(place, frames, true);
        await("frames to come back", () -> frames.returned() > before + enough);
        send(place, frames, false);
        await("the last of them", () -> place.thread().ask(frames::underWay) == 0);
        assertEquals(0, frames.wrong());
        assertTrue(place.thread().isAlive());
    }

    private static void send(GuestPlace place, NumberedFrames frames, boolean value) {
        place.thread()
                .ask(
                        () -> {
                            frames.sending(value);
                            return true;
                        });
    }
}
