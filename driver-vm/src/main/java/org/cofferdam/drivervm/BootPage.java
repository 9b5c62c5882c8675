package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What the monitor tells a starting image. Little-endian, at {@link DomainLayout#BOOT}, which the image cannot write;
 * {@code boot.h} is the image's view.
 *
 * <pre>
 * 0x00 u64 magic "COFDAM01"   0x08 u32 version 1   0x0c u32 flags 0   0x10 u64 TSC kHz   0x18 u64 BAR 0
 * 0x20 u16 PCI vendor, u16 device   0x24 u32 MTU   0x28 u64 status page   0x30 u64 doorbells
 * 0x38 u64 arena, u64 its bytes   0x48 u64 virtio features of the uplink
 * 0x50 queue 0 (host to wire): u64 descriptors, available, used, u32 size, u32 0   0x70 queue 1 (wire to host)
 * 0x90 u32 empty passes before the driver sleeps
 * </pre>
 *
 * @param tscKhz ticks of the domain's time-stamp counter in a millisecond
 * @param pciVendor the card's PCI vendor, 0x8086
 * @param pciDevice the card's PCI device, 0x100e or 0x10d3
 * @param mtu the largest packet behind an Ethernet header, 68 to 1500
 * @param uplinkFeatures virtio feature bits that hold for the uplink; nothing is negotiated
 * @param idlePasses empty passes before the driver sleeps, at least 1
 */
public record BootPage(
        long tscKhz, int pciVendor, int pciDevice, int mtu, long uplinkFeatures, int idlePasses) {

    public static final long MAGIC = 0x3130_4d41_4446_4f43L;
    public static final int VERSION = 1;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public BootPage {
        if (tscKhz <= 0 || idlePasses <= 0) {
            throw new IllegalArgumentException("tscKhz and idlePasses must be positive");
        }
        if (mtu < 68 || mtu > 1500) {
            throw new IllegalArgumentException("mtu " + mtu + " is outside 68 to 1500");
        }
    }

    void write(MemorySegment domain) {
        MemorySegment page =
                domain.asSlice(DomainLayout.BOOT.start().value(), DomainLayout.PAGE_BYTES);
        page.fill((byte) 0);
        page.set(U64, 0x00, MAGIC);
        page.set(U32, 0x08, VERSION);
        page.set(U64, 0x10, tscKhz);
        page.set(U64, 0x18, DomainLayout.BAR0.value());
        page.set(U16, 0x20, (short) pciVendor);
        page.set(U16, 0x22, (short) pciDevice);
        page.set(U32, 0x24, mtu);
        page.set(U64, 0x28, DomainLayout.STATUS_PAGE.value());
        page.set(U64, 0x30, DomainLayout.DOORBELLS.value());
        page.set(U64, 0x38, DomainLayout.ARENA.start().value());
        page.set(U64, 0x40, DomainLayout.ARENA.bytes());
        page.set(U64, 0x48, uplinkFeatures);
        writeQueue(page, 0x50, DomainLayout.UPLINK_RX);
        writeQueue(page, 0x70, DomainLayout.UPLINK_TX);
        page.set(U32, 0x90, idlePasses);
    }

    private static void writeQueue(MemorySegment page, long at, QueuePlace queue) {
        page.set(U64, at, queue.descriptors().value());
        page.set(U64, at + 8, queue.available().value());
        page.set(U64, at + 16, queue.used().value());
        page.set(U32, at + 24, queue.size());
    }
}
