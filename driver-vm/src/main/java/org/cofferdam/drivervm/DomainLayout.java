package org.cofferdam.drivervm;

import java.util.List;

/**
 * The memory map of the small domain.
 *
 * <pre>
 * 0x0010_0000  256 KiB  monitor-owned: page tables, GDT, TSS, IDT, fault stub    not reachable at CPL 3
 * 0x0020_0000  512 KiB  image: code and constants                                R-X, R--; read-only slot
 * 0x0030_0000    4 KiB  boot page                                                R--;      read-only slot
 * 0x0040_0000    2 MiB  status page, uplink rings, data, stack                   RW-
 * 0x0080_0000    8 MiB  DMA arena: card rings and packet buffers                 RW-, pages of 2 MiB
 * 0xe000_0000  128 KiB  the card's BAR 0                                         RW-, uncached
 * 0xf000_0000    4 KiB  doorbells, backed by nothing: each store is an exit      RW-, uncached
 * </pre>
 *
 * <p>{@code boot.h}, {@code nano.ld} and {@code fault-stub.S} hold the same numbers for the C side.
 */
public final class DomainLayout {

    public static final long PAGE_BYTES = 4096;
    public static final long LARGE_PAGE_BYTES = 2L << 20;

    /** All of a domain's memory: offsets in it are guest addresses. */
    public static final long MEMORY_BYTES = 16L << 20;

    public static final MemoryRegion MONITOR = region(0, 0x0010_0000, 256 << 10, false);
    public static final MemoryRegion IMAGE = region(1, 0x0020_0000, 512 << 10, true);
    public static final MemoryRegion BOOT = region(2, 0x0030_0000, 4 << 10, true);
    public static final MemoryRegion DATA = region(3, 0x0040_0000, 2 << 20, false);
    public static final MemoryRegion ARENA = region(4, 0x0080_0000, 8 << 20, false);

    /** What is RAM, by slot number; the slot after the last is free for the card's register window. */
    public static final List<MemoryRegion> REGIONS = List.of(MONITOR, IMAGE, BOOT, DATA, ARENA);

    public static final GuestAddress BAR0 = new GuestAddress(0xe000_0000L);
    public static final long BAR0_BYTES = 128 << 10;
    public static final GuestAddress DOORBELLS = new GuestAddress(0xf000_0000L);

    /** Page tables, root first. */
    static final MemoryRegion PAGE_TABLES = region(0, 0x0010_0000, 64 << 10, false);

    static final GuestAddress DESCRIPTOR_TABLE = new GuestAddress(0x0012_0000);
    static final GuestAddress TASK_STATE = new GuestAddress(0x0012_0800);
    static final GuestAddress INTERRUPT_TABLE = new GuestAddress(0x0012_1000);
    static final GuestAddress FAULT_STUB = new GuestAddress(0x0012_2000);
    static final GuestAddress FAULT_STACK = new GuestAddress(0x0012_3000);
    static final GuestAddress FAULT_FRAME = new GuestAddress(0x0012_4000);

    /** The driver's words to the monitor, see {@link StatusPage}. */
    public static final GuestAddress STATUS_PAGE = DATA.start();

    public static final int QUEUE_SIZE = 512;

    /** Uplink queue 0: host to wire. */
    public static final QueuePlace UPLINK_RX = queue(0x0040_1000);

    /** Uplink queue 1: wire to host. */
    public static final QueuePlace UPLINK_TX = queue(0x0040_6000);

    /** Where an image's writable segments may lie: behind the rings, before the stack's guard page. */
    static final MemoryRegion IMAGE_DATA = region(3, 0x0044_0000, 0x001a_0000, false);

    static final GuestAddress STACK = new GuestAddress(0x005f_0000);
    static final long STACK_BYTES = 64 << 10;

    /** Not mapped: a stack that overflows faults instead of reaching the image's data. */
    static final GuestAddress STACK_GUARD = new GuestAddress(0x005e_f000);

    private DomainLayout() {}

    private static MemoryRegion region(int slot, long start, long bytes, boolean readOnly) {
        return new MemoryRegion(slot, new GuestAddress(start), bytes, readOnly);
    }

    /** 512 descriptors are 2 pages, the available ring fits one, the used ring two. */
    private static QueuePlace queue(long start) {
        GuestAddress base = new GuestAddress(start);
        return new QueuePlace(base, base.plus(0x2000), base.plus(0x3000), QUEUE_SIZE);
    }
}
