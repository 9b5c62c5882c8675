package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Builds four-level page tables in the monitor-owned area, identity mapping only: virtual equals physical.
 *
 * <pre>
 * PAGE_TABLES + 0x0000  root (PML4)
 *             + 0x1000  tables in the order they were needed: PDPT, page directories, page tables
 * </pre>
 *
 * <p>The tables themselves are mapped nowhere: neither the image nor the fault stub can reach them. Used by one thread
 * while the domain does not run.
 */
final class PageTables {

    private static final int ENTRIES = 512;
    private static final long ADDRESS_MASK = 0x000f_ffff_ffff_f000L;
    private static final ValueLayout.OfLong ENTRY =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment domain;
    private long nextTable = DomainLayout.PAGE_TABLES.start().value();

    /** Starts with an empty root in {@code domain}, the whole memory of the domain. */
    PageTables(MemorySegment domain) {
        this.domain = domain;
        newTable();
    }

    /** The root's address, for CR3. */
    GuestAddress root() {
        return DomainLayout.PAGE_TABLES.start();
    }

    /** Maps pages of 4 KiB. */
    void map(GuestAddress start, long bytes, PageAccess access) {
        checkAligned(start, bytes, DomainLayout.PAGE_BYTES);
        for (long at = start.value(); at < start.value() + bytes; at += DomainLayout.PAGE_BYTES) {
            put(tableOf(at, 1) + index(at, 0) * 8, at | access.bits());
        }
    }

    /** Maps pages of 2 MiB. */
    void mapLarge(GuestAddress start, long bytes, PageAccess access) {
        checkAligned(start, bytes, DomainLayout.LARGE_PAGE_BYTES);
        for (long at = start.value();
                at < start.value() + bytes;
                at += DomainLayout.LARGE_PAGE_BYTES) {
            put(tableOf(at, 2) + index(at, 1) * 8, at | access.bits() | PageAccess.Bits.LARGE);
        }
    }

    /** The table whose entries are leaves for {@code address}: level 1 a page table, level 2 a page directory. */
    private long tableOf(long address, int level) {
        long table = root().value();
        for (int above = 3; above >= level; above--) {
            long slot = table + index(address, above) * 8;
            long entry = domain.get(ENTRY, slot);
            if (entry == 0) {
                entry = newTable() | PageAccess.Bits.TABLE;
                domain.set(ENTRY, slot, entry);
            }
            if ((entry & PageAccess.Bits.LARGE) != 0) {
                throw new IllegalStateException(
                        "a large page covers 0x" + Long.toHexString(address));
            }
            table = entry & ADDRESS_MASK;
        }
        return table;
    }

    private void put(long slot, long entry) {
        if (domain.get(ENTRY, slot) != 0) {
            throw new IllegalStateException(
                    "mapped twice: 0x" + Long.toHexString(entry & ADDRESS_MASK));
        }
        domain.set(ENTRY, slot, entry);
    }

    private long newTable() {
        long table = nextTable;
        if (!DomainLayout.PAGE_TABLES.contains(table, DomainLayout.PAGE_BYTES)) {
            throw new IllegalStateException("no room for another page table");
        }
        nextTable += DomainLayout.PAGE_BYTES;
        domain.asSlice(table, DomainLayout.PAGE_BYTES).fill((byte) 0);
        return table;
    }

    private static long index(long address, int level) {
        return (address >>> (12 + 9 * level)) % ENTRIES;
    }

    private static void checkAligned(GuestAddress start, long bytes, long page) {
        if (!start.isAligned(page) || bytes <= 0 || bytes % page != 0) {
            throw new IllegalArgumentException("not whole pages: " + start + " + " + bytes);
        }
    }
}
