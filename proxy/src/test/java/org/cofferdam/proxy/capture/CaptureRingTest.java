package org.cofferdam.proxy.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What goes in comes out, in order; what finds no room is counted, and nobody waits. */
class CaptureRingTest {
    private static final byte[] NAME = "web".getBytes(StandardCharsets.UTF_8);
    private static final int RING = 1 << 12;

    /** Frames as texts: port, direction, verdict, time, length, sum of the bytes that came. */
    private static final class Seen implements CaptureRing.Reader {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void port(int port, String name) {
            lines.add(port + "=" + name);
        }

        @Override
        public void frame(
                int port,
                boolean out,
                byte verdict,
                long time,
                int length,
                MemorySegment memory,
                long offset,
                int bytes) {
            int sum = 0;
            for (int i = 0; i < bytes; i++) {
                sum += memory.get(ValueLayout.JAVA_BYTE, offset + i);
            }
            lines.add(line(port, out, verdict, time, length, bytes, sum));
        }
    }

    private static String line(
            int port, boolean out, int verdict, long time, int length, int bytes, int sum) {
        return "%d %s %d @%d %d/%d %d"
                .formatted(port, out ? "out" : "in", verdict, time, bytes, length, sum);
    }

    @Test
    void whatGoesInComesOutManyTimesAroundTheRing() {
        CaptureRing ring = new CaptureRing(RING, 300, -1, 1000);
        SplittableRandom random = new SplittableRandom(5);
        Seen seen = new Seen();
        List<String> expected = new ArrayList<>(List.of("3=web"));
        for (int i = 0; i < 5000; i++) {
            byte[] frame = new byte[random.nextInt(500)];
            random.nextBytes(frame);
            int bytes = Math.min(300, frame.length);
            int sum = 0;
            for (int j = 0; j < bytes; j++) {
                sum += frame[j];
            }
            ring.frame(
                    3,
                    NAME,
                    i % 2 == 0,
                    (byte) 4,
                    i,
                    MemorySegment.ofArray(frame),
                    0,
                    frame.length,
                    true);
            ring.publish();
            expected.add(line(3, i % 2 == 0, 4, 1000 + i, frame.length, bytes, sum));
            if (random.nextInt(5) == 0 || i % 6 == 0) {
                assertFalse(ring.drain(seen, RING));
            }
        }
        ring.drain(seen, RING);
        assertEquals(expected, seen.lines);
        assertEquals(5000, ring.offered(3));
        assertEquals(0, ring.missed(3));
    }

    @Test
    void aFullRingMissesAndCountsAndGoesOnWithTheNamesItOwes() {
        CaptureRing ring = new CaptureRing(RING, 96, -1, 0);
        MemorySegment frame = MemorySegment.ofArray(new byte[60]);
        for (int i = 0; i < 100; i++) {
            ring.frame(1, NAME, false, (byte) 0, i, frame, 0, 60, true);
        }
        ring.announce(1, "other".getBytes(StandardCharsets.UTF_8));
        ring.publish();
        assertTrue(ring.missed(1) > 0);
        assertEquals(100, ring.offered(1));
        Seen seen = new Seen();
        ring.drain(seen, RING);
        assertEquals(100 - ring.missed(1) + 1, seen.lines.size());
        ring.frame(
                1,
                "other".getBytes(StandardCharsets.UTF_8),
                false,
                (byte) 0,
                7,
                frame,
                0,
                60,
                true);
        ring.publish();
        ring.drain(seen, RING);
        assertEquals("1=other", seen.lines.get(seen.lines.size() - 2));
    }

    @Test
    void onlyThePortsThatWereChosenAreCopiedAndNobodyGetsTheirPlace() {
        CaptureRing ring = new CaptureRing(RING, 96, 1L << 2, 0);
        MemorySegment frame = MemorySegment.ofArray(new byte[60]);
        ring.frame(1, NAME, false, (byte) 0, 1, frame, 0, 60, true);
        ring.frame(2, NAME, false, (byte) 0, 2, frame, 0, 60, false);
        ring.portGone(2);
        ring.frame(2, NAME, false, (byte) 0, 3, frame, 0, 60, true);
        ring.publish();
        Seen seen = new Seen();
        ring.drain(seen, RING);
        assertEquals(List.of("2=web", line(2, false, 0, 2, 60, 0, 0)), seen.lines);
        assertEquals(0, ring.offered(1));
    }

    @Test
    void aWriterAndAReaderOnThreadsOfTheirOwnLoseNothingUncounted() throws InterruptedException {
        CaptureRing ring = new CaptureRing(1 << 14, 96, -1, 0);
        int frames = 200_000;
        Thread writer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    byte[] bytes = new byte[80];
                                    MemorySegment frame = MemorySegment.ofArray(bytes);
                                    for (int i = 0; i < frames; i++) {
                                        java.util.Arrays.fill(bytes, (byte) i);
                                        ring.frame(0, NAME, false, (byte) 0, i, frame, 0, 80, true);
                                        ring.publish();
                                    }
                                });
        long[] got = {0, -1};
        CaptureRing.Reader reader =
                new CaptureRing.Reader() {
                    @Override
                    public void port(int port, String name) {}

                    @Override
                    public void frame(
                            int port,
                            boolean out,
                            byte verdict,
                            long time,
                            int length,
                            MemorySegment memory,
                            long offset,
                            int bytes) {
                        assertTrue(time > got[1], "in order");
                        for (int i = 0; i < bytes; i++) {
                            assertEquals(
                                    (byte) time, memory.get(ValueLayout.JAVA_BYTE, offset + i));
                        }
                        got[0]++;
                        got[1] = time;
                    }
                };
        while (writer.isAlive()) {
            ring.drain(reader, 1 << 12);
        }
        writer.join();
        while (ring.drain(reader, 1 << 12)) {
            Thread.onSpinWait();
        }
        assertEquals(frames, got[0] + ring.missed(0));
    }
}
