package org.cofferdam.audit.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.detect.DetectedLog.Block;
import org.cofferdam.audit.read.LogOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What detectors remember: bounded whatever records say, and of use to another machine that goes on. */
final class StateTest {
    private static final int MOST_STATE_BYTES = 3 << 20;

    @TempDir Path folder;

    /** Everything that a peer chooses takes as many values as it can. */
    private static void chosenByAPeer(DetectedLog log, long seed, int rounds) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < rounds; i++) {
            int port = random.nextInt(1 << 16);
            log.at(i * 0.1);
            log.guest(port, "guest-" + random.nextLong());
            log.record(CrossingType.QUEUE_REFUSED, port, random.nextLong(), random.nextLong());
            log.record(CrossingType.GUEST_CALL_REFUSED, port, random.nextLong(), 1, -1, -1);
            log.burst(CrossingType.BURST_IN, port, 40, 1500, PacketVerdict.DROP_SPOOFED_IP);
            log.burst(CrossingType.BURST_IN, port, 40, 1500, PacketVerdict.FORWARDED);
            log.flows(port, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
            for (int k = 0; k < 20; k++) {
                log.target(port, random.nextInt(), random.nextInt(), random.nextInt());
                log.target(3, 6, random.nextInt() & 0xffff_ffffL, random.nextInt(1 << 16));
            }
        }
    }

    @Test
    void noStateGrowsWithWhatAPeerChooses() {
        int[] size = new int[2];
        for (int doubled = 0; doubled < 2; doubled++) {
            try (DetectedLog log = new DetectedLog(folder.resolve("log" + doubled))) {
                chosenByAPeer(log, 1, doubled == 0 ? 600 : 1200);
                Detection detection = new Detection(Rules.shipped(), alert -> {});
                List<Block> blocks = log.blocks();
                blocks.forEach(b -> detection.block(b.origin(), b.header(), b.payload()));
                size[doubled] = detection.save(blocks.getFirst().origin()).length;
            }
        }
        assertTrue(size[1] < MOST_STATE_BYTES, size[1] + " bytes");
        // All tables are full after the first half; names differ in length by a few bytes.
        assertTrue(size[1] < size[0] * 1.15, Arrays.toString(size));
    }

    @Test
    void logsThatAreMoreThanAreRememberedAreForgottenAgain() {
        try (DetectedLog log = new DetectedLog(folder.resolve("log"))) {
            List<Block> blocks = log.blocks();
            Detection detection = new Detection(Rules.shipped(), alert -> {});
            for (int i = 0; i < Detection.MOST_LOGS + 500; i++) {
                Block b = blocks.getFirst();
                detection.block(new LogOrigin("host" + i, i, i, "x"), b.header(), b.payload());
            }
            assertEquals(Detection.MOST_LOGS, detection.logs());
        }
    }

    @Test
    void aLogThatMovesToAnotherMachineAfterAnyBlockRaisesTheSameAlerts() throws IOException {
        try (DetectedLog log = new DetectedLog(folder.resolve("log"))) {
            chosenByAPeer(log, 7, 25);
            for (int i = 0; i < 12; i++) {
                log.at(10 + 3.0 * i).target(3, 6, 0x0a070009, 443);
                log.burst(CrossingType.BURST_IN, 3, 4, 60, PacketVerdict.DROP_SPOOFED_MAC);
                log.record(CrossingType.FAULT, 13);
            }
            List<Block> blocks = log.blocks();
            List<Alert> whole = DetectedLog.alerts(Rules.shipped(), blocks);
            assertTrue(whole.stream().anyMatch(a -> a.rule().equals("beaconing")));
            assertTrue(whole.size() > 20, whole::toString);
            LogOrigin origin = blocks.getFirst().origin();
            for (int move = 1; move < blocks.size(); move += 7) {
                List<Alert> alerts = new ArrayList<>();
                Detection first = new Detection(Rules.shipped(), alerts::add);
                blocks.subList(0, move)
                        .forEach(b -> first.block(b.origin(), b.header(), b.payload()));
                Detection second = new Detection(Rules.shipped(), alerts::add);
                second.restore(origin, first.save(origin));
                blocks.subList(move, blocks.size())
                        .forEach(b -> second.block(b.origin(), b.header(), b.payload()));
                assertEquals(whole, alerts, "moved after block " + move);
            }
        }
    }

    @Test
    void aStateThatIsNoneIsRefusedAndTheLogBeginsAnew() {
        try (DetectedLog log = new DetectedLog(folder.resolve("log"))) {
            log.at(1).record(CrossingType.DMA_REFUSED, 1, 2, 1);
            List<Block> blocks = log.blocks();
            LogOrigin origin = blocks.getFirst().origin();
            List<Alert> alerts = new ArrayList<>();
            Detection detection = new Detection(Rules.shipped(), alerts::add);
            byte[] state = detection.save(origin);
            for (int cut = 0; cut < state.length; cut++) {
                byte[] part = Arrays.copyOf(state, cut);
                assertThrows(IOException.class, () -> detection.restore(origin, part));
            }
            blocks.forEach(b -> detection.block(b.origin(), b.header(), b.payload()));
            assertEquals(1, alerts.size());
        }
    }
}
