package org.cofferdam.monitor.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.junit.jupiter.api.Test;

/** The uplink as Linux's virtio_net drives it, and as no driver should. */
class VirtioNetFunctionTest {
    private final SmallPc pc = new SmallPc();
    private final VirtioDriver driver = new VirtioDriver(pc);

    @Test
    void linuxBringsItUp() {
        assertEquals(VirtioNetFunction.OFFERED, driver.offered());
        driver.start();
        assertEquals(0xf, driver.status());
        assertEquals(List.of(), pc.refusals);
        assertEquals(1, pc.backend.starts);
        assertEquals(VirtioNetFunction.OFFERED, pc.backend.features);
        assertEquals(
                List.of(
                        new QueueConfig(
                                QueueConfig.Layout.SPLIT,
                                256,
                                0x10000,
                                0x14000,
                                0x18000,
                                true,
                                true),
                        new QueueConfig(
                                QueueConfig.Layout.SPLIT,
                                128,
                                0x20000,
                                0x24000,
                                0x28000,
                                true,
                                true)),
                pc.backend.queues);
        assertEquals(
                List.of("route 0 fee01000 4020", "route 1 fee01000 4021", "route 2 fee01000 4022"),
                pc.routes);
        for (int queue = 0; queue < 2; queue++) {
            driver.write(driver.common + 0x16, 2, queue);
            long offset = driver.read(driver.common + 0x1e, 2);
            long at = driver.notify + offset * driver.notifyMultiplier;
            assertEquals(at, pc.uplink.notifyAddress(queue));
            driver.write(at, 2, queue);
        }
        assertEquals(List.of(0, 1), pc.backend.kicks);
        assertEquals(1, pc.uplink.signalQueue(0));
        assertEquals(2, pc.uplink.signalQueue(1));
    }

    @Test
    void theConfigurationIsReadInAnyWidth() {
        byte[] mac = {2, 0, 0, 0x12, 0x34, 0x56};
        for (int i = 0; i < 6; i++) {
            assertEquals(mac[i], driver.read(driver.device + i, 1));
        }
        assertEquals(0, driver.read(driver.device + 6, 2));
        assertEquals(1500, driver.read(driver.device + 10, 2));
        assertEquals(0x1200_0002L, driver.read(driver.device, 4));
        assertEquals(0xffff_ffffL, driver.read(driver.device + 9, 4));
        driver.write(driver.device, 1, 0x55);
        assertEquals(2, driver.read(driver.device, 1), "the address is the monitor's to give");
    }

    @Test
    void aResetStopsTheBackEndAndForgetsTheDriver() {
        driver.start();
        driver.setStatus(0);
        assertEquals(0, driver.status());
        assertEquals(1, pc.backend.stops);
        assertEquals(-1, pc.uplink.signalQueue(0));
        driver.write(driver.notify, 2, 0);
        assertEquals(List.of(), pc.backend.kicks, "nobody is kicked before DRIVER_OK");
        driver.write(driver.common + 0x16, 2, 1);
        assertEquals(512, driver.read(driver.common + 0x18, 2));
        assertEquals(0xffff, driver.read(driver.common + 0x1a, 2));
        assertEquals(0, driver.read(driver.common + 0x20, 8));
        driver.setStatus(0);
        assertEquals(1, pc.backend.stops, "once");
        driver.start();
        assertEquals(2, pc.backend.starts);
    }

    @Test
    void featuresThatTheSwitchCannotWorkWithoutAreNotOptional() {
        long all = VirtioNetFunction.OFFERED;
        long optional =
                VirtioNetFunction.MAC
                        | VirtioNetFunction.MTU
                        | VirtioNetFunction.LINK_STATUS
                        | VirtioNetFunction.INDIRECT_DESC
                        | VirtioNetFunction.EVENT_IDX;
        assertTrue(driver.negotiate(all & ~optional));
        assertTrue(driver.negotiate(VirtioNetFunction.NEEDED));
        for (int bit = 0; bit < 64; bit++) {
            long with = VirtioNetFunction.NEEDED ^ 1L << bit;
            boolean removed = (VirtioNetFunction.NEEDED & 1L << bit) != 0;
            boolean segments = bit == 11 || bit == 12 || bit == 56;
            boolean expected = !removed && !segments && (all & 1L << bit) != 0;
            assertEquals(expected, driver.negotiate(with), "with bit " + bit + " the other way");
        }
        assertFalse(driver.negotiate(all & ~VirtioNetFunction.CSUM));
        driver.setStatus(0xf);
        assertEquals(0, driver.status() & 4, "no DRIVER_OK without FEATURES_OK");
        assertEquals(0, pc.backend.starts);
    }

    @Test
    void theStatusMovesForwardOnly() {
        driver.setStatus(4);
        driver.setStatus(8);
        assertEquals(0, driver.status());
        assertTrue(driver.negotiate(VirtioNetFunction.OFFERED));
        driver.write(driver.common + 8, 4, 0);
        driver.write(driver.common + 0xc, 4, 0);
        assertEquals(
                VirtioNetFunction.OFFERED & 0xffff_ffffL,
                driver.read(driver.common + 0xc, 4),
                "features stay as they were agreed on");
        driver.setStatus(1);
        assertEquals(0xb, driver.status(), "nothing is cleared but by a reset");
        driver.setStatus(0x40);
        assertEquals(0xb, driver.status(), "and the device's own bit is not the driver's");
        driver.setStatus(0x8b);
        driver.setStatus(0x8f);
        assertEquals(0x8b, driver.status(), "a driver that failed has to begin again");
    }

    @Test
    void queuesThatCannotBeAskForAReset() {
        assertTrue(driver.negotiate(VirtioNetFunction.OFFERED));
        driver.enableMsix();
        driver.write(driver.common + 0x10, 2, 0);
        driver.enableQueue(0, 256, 0x10000);
        driver.setStatus(0xf);
        assertEquals(0x4f, driver.status(), "one queue is missing");
        assertEquals(List.of(0), pc.signals);
        for (long address : new long[] {0x10008, -16, 1L << 40}) {
            assertTrue(driver.negotiate(VirtioNetFunction.OFFERED));
            driver.enableQueue(0, 256, 0x10000);
            driver.enableQueue(1, 256, address);
            driver.setStatus(0xf);
            assertEquals(0x4f, driver.status(), "a ring at " + address);
            assertTrue(pc.refusals.getLast().startsWith("uplink: its queues cannot be"));
        }
        assertEquals(0, pc.backend.starts);
        driver.start();
        assertEquals(1, pc.backend.starts, "after a reset all is well");
    }

    @Test
    void sizesAndVectorsAreCheckedWhenWritten() {
        for (int size : new int[] {0, 3, 513, 1024, 0x8000}) {
            driver.write(driver.common + 0x18, 2, size);
            assertEquals(512, driver.read(driver.common + 0x18, 2));
        }
        for (int vector : new int[] {3, 0x8000, 0xffff}) {
            driver.write(driver.common + 0x1a, 2, vector);
            assertEquals(0xffff, driver.read(driver.common + 0x1a, 2));
            driver.write(driver.common + 0x10, 2, vector);
            assertEquals(0xffff, driver.read(driver.common + 0x10, 2));
        }
        driver.write(driver.common + 0x16, 2, 2);
        assertEquals(0, driver.read(driver.common + 0x18, 2), "there is no third queue");
        driver.write(driver.common + 0x1c, 2, 1);
        driver.write(driver.common + 0x16, 2, 0);
        driver.write(driver.common + 0x1c, 2, 1);
        driver.write(driver.common + 0x20, 8, 0x7000);
        driver.write(driver.common + 0x1c, 2, 0);
        assertEquals(0, driver.read(driver.common + 0x20, 8), "an enabled queue stays");
        assertEquals(1, driver.read(driver.common + 0x1c, 2));
        assertEquals(0xffff, driver.read(driver.common + 0x14, 2), "fields have their width");
        assertEquals(0xff, driver.read(driver.common + 0x16, 1));
        assertEquals(-1, driver.read(driver.common + 0x38, 8));
    }

    @Test
    void theLinkIsToldToADriverThatListens() {
        pc.uplink.setLink(true);
        assertEquals(List.of(), pc.signals, "nobody listens yet");
        driver.start();
        assertEquals(1, driver.read(driver.device + 6, 2));
        long generation = driver.read(driver.common + 0x15, 1);
        pc.uplink.setLink(true);
        assertEquals(List.of(), pc.signals, "nothing changed");
        pc.uplink.setLink(false);
        assertEquals(List.of(0), pc.signals);
        assertEquals(0, driver.read(driver.device + 6, 2));
        assertEquals(generation + 1, driver.read(driver.common + 0x15, 1));
        assertEquals(2, driver.read(driver.isr, 1));
        assertEquals(0, driver.read(driver.isr, 1), "reading clears");
        pc.uplink.needsReset();
        pc.uplink.needsReset();
        assertEquals(List.of(0, 0), pc.signals);
        assertEquals(0x4f, driver.status());
        driver.setStatus(0);
        pc.uplink.needsReset();
        assertEquals(0, driver.status(), "a reset is what it wanted");
    }

    @Test
    void aMaskedVectorIsSignalledWhenItIsUnmasked() {
        driver.start();
        pc.routes.clear();
        driver.setEntryMask(2, 1);
        assertEquals(List.of("mask 2"), pc.routes);
        assertEquals(1, pc.uplink.signalQueue(0));
        assertEquals(-1, pc.uplink.signalQueue(1));
        assertEquals(1 << 2, driver.read(driver.pending, 8));
        driver.write(driver.pending, 8, 0);
        driver.setEntryMask(2, 0);
        assertEquals(List.of(2), pc.signals);
        assertEquals(0, driver.read(driver.pending, 4));
        // The mask of the whole function.
        pc.setConfig(VirtioDriver.DEVICE, driver.msix + 2, 2, 0xc000);
        assertEquals(-1, pc.uplink.signalQueue(0));
        pc.setConfig(VirtioDriver.DEVICE, driver.msix + 2, 2, 0x8000);
        assertEquals(List.of(2, 1), pc.signals);
        // What was kept is forgotten with MSI-X itself.
        driver.setEntryMask(1, 1);
        assertEquals(-1, pc.uplink.signalQueue(0));
        pc.setConfig(VirtioDriver.DEVICE, driver.msix + 2, 2, 0);
        pc.setConfig(VirtioDriver.DEVICE, driver.msix + 2, 2, 0x8000);
        driver.setEntryMask(1, 0);
        assertEquals(List.of(2, 1), pc.signals);
        // Without MSI-X the queue's bit in the ISR status is all there is.
        pc.setConfig(VirtioDriver.DEVICE, driver.msix + 2, 2, 0);
        assertEquals(-1, pc.uplink.signalQueue(1));
        assertEquals(1, driver.read(driver.isr, 1));
    }

    @Test
    void notificationAddressesFollowTheBar() {
        assertEquals(SmallPc.UPLINK_AT + 0x3000, pc.backend.receiveNotify);
        assertEquals(SmallPc.UPLINK_AT + 0x3004, pc.backend.transmitNotify);
        pc.setConfig(VirtioDriver.DEVICE, ConfigSpace.FIRST_BAR, 4, 0xd000_0000);
        assertEquals(0xd000_3004L, pc.backend.transmitNotify);
        pc.setConfig(VirtioDriver.DEVICE, ConfigSpace.FIRST_BAR, 4, 0);
        assertEquals(-1, pc.backend.receiveNotify);
        assertEquals(-1, pc.uplink.notifyAddress(1));
    }

    @Test
    void theBarIsReachedThroughTheConfigurationSpace() {
        int at = driver.capability(5);
        pc.setConfig(VirtioDriver.DEVICE, ConfigSpace.COMMAND, 2, 0);
        window(at, 0, 0x2000, 2);
        assertEquals(0x0002, pc.config(VirtioDriver.DEVICE, at + 16, 4) & 0xffff);
        window(at, 0, 0x14, 1);
        pc.setConfig(VirtioDriver.DEVICE, at + 16, 1, 3);
        assertEquals(3, pc.config(VirtioDriver.DEVICE, at + 16, 1));
        for (int[] bad :
                new int[][] {
                    {0, 0x14, 3}, {0, 0x8000, 4}, {0, -4, 4}, {0, 0x2001, 2}, {1, 0x14, 1}
                }) {
            window(at, bad[0], bad[1], bad[2]);
            pc.setConfig(VirtioDriver.DEVICE, at + 16, 4, 0);
            assertEquals(0, pc.config(VirtioDriver.DEVICE, at + 16, 4), "nothing was read");
        }
        window(at, 0, 0x14, 1);
        assertEquals(3, pc.config(VirtioDriver.DEVICE, at + 16, 1), "no reset went through");
    }

    private void window(int at, int bar, int offset, int length) {
        pc.setConfig(VirtioDriver.DEVICE, at + 4, 1, bar);
        pc.setConfig(VirtioDriver.DEVICE, at + 8, 4, offset);
        pc.setConfig(VirtioDriver.DEVICE, at + 12, 4, length);
    }
}
