package org.cofferdam.monitor.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** MSI and MSI-X: what is routed when, and that a signal on a masked vector is neither lost nor given twice. */
class MessageInterruptTest {
    private final ConfigSpace config = new ConfigSpace();
    private final List<String> routes = new ArrayList<>();
    private final List<Integer> fired = new ArrayList<>();
    private final MessageInterrupts interrupts =
            new MessageInterrupts() {
                @Override
                public void route(int vector, long address, int data) {
                    routes.add("route %d %x %x".formatted(vector, address, data));
                }

                @Override
                public void mask(int vector) {
                    routes.add("mask " + vector);
                }
            };

    /** The steps of Linux's msi_capability_init and pci_msi_mask. */
    @Test
    void msiAsLinuxSetsItUp() {
        MsiCapability msi = new MsiCapability(config, interrupts, fired::add);
        int at = msi.offset();
        assertEquals(at, config.get8(ConfigSpace.CAPABILITIES));
        assertEquals(0x0180, config.get16(at + 2), "64-bit, maskable, one vector");
        assertFalse(msi.deliverable(), "nothing is kept while it is disabled");
        write(msi, at + 16, 4, ~0);
        assertEquals(1, config.get32(at + 16));
        write(msi, at + 4, 4, 0xfee0_1003);
        write(msi, at + 8, 4, 1);
        write(msi, at + 12, 2, 0x4031);
        write(msi, at + 2, 2, 0x0071);
        assertEquals(0x0181, config.get16(at + 2), "it is not given more vectors than it has");
        assertEquals(List.of(), routes);
        assertFalse(msi.deliverable());
        msi.refreshPending();
        assertEquals(1, config.read(at + 20, 4));
        write(msi, at + 16, 4, 0);
        assertEquals(List.of("route 0 1fee01000 4031"), routes);
        assertEquals(List.of(0), fired);
        assertEquals(0, config.read(at + 20, 4));
        assertTrue(msi.deliverable());
        write(msi, at + 16, 4, 0);
        write(msi, at + 12, 2, 0x4032);
        write(msi, at + 2, 2, 0);
        assertEquals(List.of("route 0 1fee01000 4031", "route 0 1fee01000 4032", "mask 0"), routes);
        assertFalse(msi.deliverable());
        msi.reset();
        assertEquals(3, routes.size(), "what is off is not turned off again");
    }

    private void write(MsiCapability msi, int offset, int size, int value) {
        config.write(offset, size, value);
        msi.configWritten();
    }

    @Test
    void msixTablesTakeAlignedWordsOnly() {
        MsixCapability msix =
                new MsixCapability(config, 5, 3, 0x1000, 3, 0x2000, interrupts, fired::add);
        assertEquals(4, config.get16(msix.offset() + 2));
        assertEquals(0x1003, config.get32(msix.offset() + 4));
        assertEquals(1, msix.readTable(12, 4), "masked at first");
        msix.writeTable(16, 8, 0x0000_0001_fee0_0007L);
        msix.writeTable(24, 8, 0xffff_fffe_0000_4055L);
        assertEquals(0x0000_0001_fee0_0004L, msix.readTable(16, 8));
        assertEquals(0x4055L, msix.readTable(24, 8));
        long[][] odd = {{16, 2}, {18, 4}, {20, 8}, {80, 4}, {76, 8}, {-4, 4}, {16, 1}, {16, 16}};
        for (long[] access : odd) {
            int size = (int) access[1];
            msix.writeTable(access[0], size, 0);
            assertEquals(BusWidth.longOnes(size), msix.readTable(access[0], size));
        }
        assertEquals(0x0000_0001_fee0_0004L, msix.readTable(16, 8));
        assertEquals(List.of(), routes);
        config.write(msix.offset() + 2, 2, 0x8000);
        msix.configWritten();
        assertEquals(List.of("route 1 1fee00004 4055"), routes);
        msix.configWritten();
        assertEquals(1, routes.size(), "only changes are told");
        msix.writeTable(24, 4, 0x4056);
        assertEquals("route 1 1fee00004 4056", routes.getLast());
        assertFalse(msix.deliverable(5));
        assertFalse(msix.deliverable(-1));
        assertFalse(msix.deliverable(64 + 1));
        assertEquals(
                0, msix.readPending(0, 8), "of vectors that there are none of nothing is kept");
        msix.reset();
        assertEquals("mask 1", routes.getLast());
        assertEquals(4, config.get16(msix.offset() + 2));
        assertThrows(
                IllegalArgumentException.class,
                () -> new MsixCapability(config, 65, 0, 0, 0, 0, interrupts, fired::add));
    }

    /** One thread signals while the other masks and unmasks: each signal is given once, while the vector is open. */
    @Test
    void aSignalIsNeitherLostToUnmaskingNorDoubled() throws InterruptedException {
        AtomicLong given = new AtomicLong();
        AtomicLong asked = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        VectorGate gate = new VectorGate(vector -> given.incrementAndGet());
        gate.setEnabled(true);
        int rounds = 200_000;
        Thread signaller =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int i = 1; i <= rounds && !stop.get(); i++) {
                                        asked.set(i);
                                        if (gate.deliverable(3)) {
                                            given.incrementAndGet();
                                        }
                                        while (given.get() < i && !stop.get()) {
                                            Thread.onSpinWait();
                                        }
                                    }
                                });
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (given.get() < rounds && System.nanoTime() - deadline < 0) {
            gate.open(3);
            // What was asked for by now has to come without the vector being closed and opened
            // again.
            long outstanding = asked.get();
            while (given.get() < outstanding && System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
            }
            gate.close(3);
        }
        stop.set(true);
        signaller.join();
        assertEquals(rounds, given.get());
        assertEquals(0, gate.pending());
    }
}
