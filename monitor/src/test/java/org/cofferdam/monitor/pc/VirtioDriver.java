package org.cofferdam.monitor.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The uplink's driver for tests: finds everything by capabilities, as Linux's virtio_pci_modern_dev.c does. */
final class VirtioDriver {
    static final int DEVICE = SmallPc.UPLINK;
    final SmallPc pc;
    final long common;
    final long notify;
    final long isr;
    final long device;
    final int notifyMultiplier;
    final int msix;
    final long table;
    final long pending;

    VirtioDriver(SmallPc pc) {
        this.pc = pc;
        assertEquals(0xffff_8000, pc.sizeBar(DEVICE, 0));
        pc.setConfig(DEVICE, ConfigSpace.COMMAND, 2, 6);
        common = structure(1, 0x38);
        int at = capability(2);
        notify = structure(2, 8);
        notifyMultiplier = pc.config(DEVICE, at + 16, 4);
        isr = structure(3, 1);
        device = structure(4, 12);
        msix = pc.capability(DEVICE, 0x11, 0);
        table = bar(pc.config(DEVICE, msix + 4, 4));
        pending = bar(pc.config(DEVICE, msix + 8, 4));
    }

    private long bar(int word) {
        int bar = pc.config(DEVICE, ConfigSpace.FIRST_BAR + 4 * (word & 7), 4);
        return (bar & 0xffff_fff0L) + (word & ~7);
    }

    int capability(int type) {
        int at = 0;
        do {
            at = pc.capability(DEVICE, 9, at);
        } while (at != 0 && pc.config(DEVICE, at + 3, 1) != type);
        assertTrue(at != 0, "a structure of type " + type);
        return at;
    }

    private long structure(int type, int leastBytes) {
        int at = capability(type);
        assertTrue(pc.config(DEVICE, at + 12, 4) >= leastBytes);
        int offset = pc.config(DEVICE, at + 8, 4);
        return bar(offset | pc.config(DEVICE, at + 4, 1));
    }

    long read(long at, int size) {
        return pc.host.readMemory(at, size);
    }

    void write(long at, int size, long value) {
        assertTrue(pc.host.writeMemory(at, size, value));
    }

    int status() {
        return (int) read(common + 0x14, 1);
    }

    void setStatus(int status) {
        write(common + 0x14, 1, status);
    }

    long offered() {
        write(common, 4, 0);
        long low = read(common + 4, 4);
        write(common, 4, 1);
        return low | read(common + 4, 4) << 32;
    }

    /** Resets, acknowledges and asks for features; whether the device agreed. */
    boolean negotiate(long features) {
        setStatus(0);
        assertEquals(0, status());
        setStatus(1);
        setStatus(3);
        write(common + 8, 4, 0);
        write(common + 0xc, 4, features & 0xffff_ffffL);
        write(common + 8, 4, 1);
        write(common + 0xc, 4, features >>> 32);
        setStatus(0xb);
        return (status() & 8) != 0;
    }

    /** Enables MSI-X with all masked, programs each entry, and opens it. */
    void enableMsix() {
        pc.setConfig(DEVICE, msix + 2, 2, 0xc000);
        for (int vector = 0; vector < VirtioNetFunction.VECTORS; vector++) {
            setEntryMask(vector, 1);
        }
        pc.setConfig(DEVICE, msix + 2, 2, 0x8000);
        for (int vector = 0; vector < VirtioNetFunction.VECTORS; vector++) {
            write(table + 16L * vector, 4, 0xfee0_1000L);
            write(table + 16L * vector + 4, 4, 0);
            write(table + 16L * vector + 8, 4, 0x4020 + vector);
            setEntryMask(vector, 0);
        }
    }

    void setEntryMask(int vector, int mask) {
        write(table + 16L * vector + 12, 4, mask);
    }

    /** Sets up a queue as vp_modern's setup_vq does, and enables it. */
    void enableQueue(int queue, int size, long at) {
        write(common + 0x16, 2, queue);
        assertEquals(512, read(common + 0x18, 2));
        assertEquals(0, read(common + 0x1c, 2));
        write(common + 0x18, 2, size);
        write(common + 0x20, 4, at);
        write(common + 0x24, 4, at >>> 32);
        write(common + 0x28, 4, at + 0x4000);
        write(common + 0x2c, 4, 0);
        write(common + 0x30, 8, at + 0x8000);
        write(common + 0x1a, 2, queue + 1);
        assertEquals(queue + 1, read(common + 0x1a, 2));
        write(common + 0x1c, 2, 1);
    }

    /** From nothing to DRIVER_OK. */
    void start() {
        assertTrue(negotiate(VirtioNetFunction.OFFERED));
        enableMsix();
        write(common + 0x10, 2, 0);
        assertEquals(0, read(common + 0x10, 2));
        enableQueue(0, 256, 0x10000);
        enableQueue(1, 128, 0x20000);
        setStatus(0xf);
    }
}
