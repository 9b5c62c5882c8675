package org.cofferdam.monitor.card;

import static org.cofferdam.monitor.card.Registers.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random registers, descriptors, contexts and frames, by seed. Whatever they say: nothing is thrown, no
 * byte outside the window changes, a pass is bounded, frames on the wire are legal, and after a reset the
 * card serves an honest driver.
 */
final class EmulatedNicFuzzTest {
    private static final int PASSES = 4000;
    private static final int[] REGISTERS = {
        CTRL, CTRL_EXT, EECD, EERD, MDIC, ICR, ICS, IMS, IMC, RCTL, TCTL, RXCSUM, RFCTL, RAL,
        RAL + 4, MTA, VFTA, VET, SWSM, STATUS, 0x4010, 0x408c
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nothingADomainWritesBreaksTheCard(long seed) {
        Random random = new Random(seed);
        CardModel model = seed % 2 == 0 ? CardModel.I82574L : CardModel.I82540EM;
        try (MockDriver d = new MockDriver(model)) {
            d.events.stopRecording();
            d.wire.countOnly();
            d.start(MockDriver.RCTL_USUAL, MockDriver.BUFFER_BYTES);
            for (int i = 0; i < PASSES; i++) {
                disturb(d, random);
                long before = d.wire.framesSent();
                int work = d.work();
                int most = TransmitPath.FRAMES + TransmitPath.DESCRIPTORS + ReceivePath.BURST;
                assertTrue(work >= 0 && work <= most, "seed " + seed + ", pass " + i);
                assertTrue(d.wire.framesSent() - before <= TransmitPath.FRAMES);
                if (random.nextInt(50) == 0) {
                    d.start(MockDriver.RCTL_USUAL | RCTL_UPE | RCTL_LPE, 2048);
                }
            }
            assertTrue(d.guardsIntact(), "seed " + seed);
            while (d.wire.waiting() > 0) {
                d.write(CTRL, CTRL_RST);
                d.work();
            }
            d.start(MockDriver.RCTL_USUAL, MockDriver.BUFFER_BYTES);
            byte[] frame = Frames.plain(MockDriver.MAC, 333);
            d.wire.deliver(frame);
            long before = d.wire.framesSent();
            d.send(Frames.plain(MockDriver.PEER, 70));
            d.workUntilIdle(10);
            assertArrayEquals(frame, d.received().get(0).frame());
            assertTrue(d.wire.framesSent() == before + 1);
        }
    }

    private static void disturb(MockDriver d, Random r) {
        switch (r.nextInt(8)) {
            case 0 ->
                    d.nic.writeRegister(
                            r.nextInt(0x2_0100) - 0x80, 1 << r.nextInt(4), r.nextLong());
            case 1 -> d.write(REGISTERS[r.nextInt(REGISTERS.length)], mostlyEnabled(r));
            case 2 -> d.read(REGISTERS[r.nextInt(REGISTERS.length)]);
            case 3 -> {
                int ring = r.nextBoolean() ? RX_RING : TX_RING;
                int[] names = {
                    RING_BASE_LOW, RING_BASE_HIGH, RING_LENGTH, RING_HEAD, RING_TAIL, RING_TAIL
                };
                int value = r.nextInt(4) == 0 ? r.nextInt() : r.nextInt(2 * MockDriver.RING_SIZE);
                d.page(ring + names[r.nextInt(names.length)], value);
            }
            case 4 -> {
                for (int i = r.nextInt(4); i >= 0; i--) {
                    byte[] to = r.nextInt(4) == 0 ? Frames.BROADCAST : MockDriver.MAC;
                    byte[] frame =
                            r.nextBoolean()
                                    ? Frames.plain(to, 15 + r.nextInt(2000))
                                    : Frames.tcp(r.nextBoolean(), r.nextInt(1400), r.nextInt());
                    frame[14 + r.nextInt(frame.length - 14)] = (byte) r.nextInt();
                    if (d.wire.waiting() < 100) {
                        d.wire.deliver(frame);
                    }
                }
            }
            case 5 -> d.rxDescriptor(r.nextInt(MockDriver.RING_SIZE), address(r));
            default -> {
                for (int i = r.nextInt(6); i >= 0; i--) {
                    transmit(d, r);
                }
                d.ringTail();
            }
        }
    }

    private static int mostlyEnabled(Random r) {
        int fewBits = r.nextInt();
        fewBits &= r.nextInt();
        int value = fewBits & ~CTRL_GIO_MASTER_DISABLE;
        return r.nextInt(4) == 0 ? value : value | RCTL_EN | CTRL_SLU;
    }

    private static long address(Random r) {
        return switch (r.nextInt(4)) {
            case 0 -> r.nextLong();
            case 1 -> MockDriver.ARENA + MockDriver.ARENA_BYTES - r.nextInt(3000);
            default -> MockDriver.ARENA + MockDriver.TX_BUFFERS_AT + r.nextInt(0x4_0000);
        };
    }

    private static void transmit(MockDriver d, Random r) {
        switch (r.nextInt(6)) {
            case 0 -> d.descriptor(address(r), r.nextLong());
            case 1 -> {
                byte[] frame = Frames.tcp(r.nextBoolean(), 1 + r.nextInt(6000), r.nextInt());
                MockDriver.Context c =
                        EmulatedNicTransmitTest.segmentContext(frame, r.nextInt(2000));
                d.descriptor(c.first() ^ flip(r), c.second() ^ flip(r));
                d.data(d.buffer(frame), frame.length, commands(r) | MockDriver.TSE, r.nextInt(4));
            }
            case 2 -> {
                byte[] frame = Frames.udp(r.nextBoolean(), r.nextInt(1400));
                MockDriver.Context c = EmulatedNicTransmitTest.checksumContext(frame);
                d.descriptor(c.first() ^ flip(r), c.second() ^ flip(r));
                d.data(d.buffer(frame), frame.length, commands(r), r.nextInt(4));
            }
            case 3 ->
                    d.legacy(
                            address(r),
                            r.nextInt(3000),
                            commands(r),
                            r.nextInt(256),
                            r.nextInt(256));
            case 4 -> d.data(address(r), r.nextInt(0x10_0000), commands(r), r.nextInt(256));
            default -> d.send(Frames.plain(MockDriver.PEER, 14 + r.nextInt(1500)));
        }
    }

    private static int commands(Random r) {
        int command = r.nextInt(256) & ~MockDriver.DEXT;
        return r.nextInt(3) == 0 ? command : command | MockDriver.EOP | MockDriver.IFCS;
    }

    private static long flip(Random r) {
        return r.nextInt(3) == 0 ? 1L << r.nextInt(64) : 0;
    }
}
