package org.cofferdam.monitor.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a guest does to ports and memory, nothing is thrown and the PC still works after a reset of the card. */
class SmallPcFuzzTest {
    private static final int STEPS = 400_000;
    private static final int[] PORTS = {
        0x60, 0x64, 0x70, 0x71, 0x80, 0x2f8, 0x3f8, 0xcf8, 0xcfc, 0xc000, 0xffff
    };
    private static final int[] INTERESTING = {
        0, 1, 3, 0xb, 0xf, 0x40, 0x80, 0x8000, 0xc000, 0xffff, -1, 0xfee0_0000, 0xc000_0000
    };

    private final SmallPc pc = new SmallPc();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingIsThrown(long seed) {
        Random random = new Random(seed);
        int started = 0;
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(8)) {
                case 0 -> port(random);
                case 1, 2 -> config(random);
                case 3, 4 -> memory(random, pc.uplink.notifyAddress(0) - 0x3000);
                case 5 -> memory(random, random.nextLong());
                case 6 -> otherThreads(random);
                default -> {
                    if (random.nextInt(50) == 0) {
                        restart();
                        started++;
                    }
                }
            }
            assertTrue(pc.backend.starts - pc.backend.stops == (pc.uplink.started() ? 1 : 0));
            pc.signals.clear();
            pc.routes.clear();
            pc.records.clear();
        }
        assertTrue(started > 100);
        assertTrue(pc.refusals.size() > 100);
        assertTrue(pc.console.snapshot().length() <= ConsoleBuffer.BYTES);
        assertEquals(0x1041_1af4, pc.config(SmallPc.UPLINK, 0, 4), "the header is the device's");
        assertEquals(0x1237_8086, pc.config(0, 0, 4));
        restart();
    }

    private void restart() {
        pc.setConfig(SmallPc.UPLINK, ConfigSpace.FIRST_BAR, 4, (int) SmallPc.UPLINK_AT);
        int before = pc.backend.starts;
        new VirtioDriver(pc).start();
        assertEquals(before + 1, pc.backend.starts);
        assertEquals(1, pc.uplink.signalQueue(0));
    }

    private static int value(Random random) {
        return random.nextBoolean()
                ? INTERESTING[random.nextInt(INTERESTING.length)]
                : random.nextInt();
    }

    private static int size(Random random) {
        return random.nextInt(8) == 0 ? random.nextInt(-2, 12) : 1 << random.nextInt(4);
    }

    private void port(Random random) {
        int port = PORTS[random.nextInt(PORTS.length)] + random.nextInt(-1, 9);
        if (random.nextInt(16) == 0) {
            port = random.nextInt();
        }
        int size = size(random);
        if (random.nextBoolean()) {
            pc.bus.write(port, size, value(random));
        } else {
            int read = pc.bus.read(port, size);
            assertEquals(0, read & ~BusWidth.ones(size), "no more bits than were asked for");
        }
    }

    private void config(Random random) {
        int device = random.nextInt(3);
        int offset = random.nextInt(256);
        if (random.nextBoolean()) {
            pc.setConfig(device, offset, 1 << random.nextInt(3), value(random));
        } else {
            pc.config(device, offset, 1 << random.nextInt(3));
        }
    }

    private void memory(Random random, long base) {
        long at =
                base
                        + 0x1000L * random.nextInt(9)
                        + (random.nextInt(4) == 0 ? random.nextInt(0x1000) : random.nextInt(0x40));
        int size = size(random);
        if (random.nextBoolean()) {
            pc.host.writeMemory(at, size, random.nextBoolean() ? value(random) : random.nextLong());
        } else {
            long read = pc.host.readMemory(at, size);
            assertEquals(0, read & ~BusWidth.longOnes(size));
        }
    }

    private void otherThreads(Random random) {
        switch (random.nextInt(4)) {
            case 0 -> pc.uplink.setLink(random.nextBoolean());
            case 1 -> {
                if (random.nextInt(20) == 0) {
                    pc.uplink.needsReset();
                }
            }
            default -> {
                int vector = pc.uplink.signalQueue(random.nextInt(2));
                assertTrue(vector >= -1 && vector < VirtioNetFunction.VECTORS);
            }
        }
    }
}
