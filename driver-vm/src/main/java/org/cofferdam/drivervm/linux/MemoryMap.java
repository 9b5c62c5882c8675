package org.cofferdam.drivervm.linux;

import java.util.List;

/**
 * What a kernel is told of its memory: the base memory, the EBDA and what a PC keeps for its BIOS, and the rest. Types
 * are those of the BIOS call e820 (ACPI 6.5, 15.1), which start info shares.
 */
final class MemoryMap {
    static final int RAM = 1;
    static final int RESERVED = 2;

    record Entry(long start, long bytes, int type) {}

    private MemoryMap() {}

    static List<Entry> of(long ramBytes) {
        return List.of(
                new Entry(0, LinuxLayout.EBDA, RAM),
                new Entry(LinuxLayout.EBDA, LinuxLayout.HIGH_MEMORY - LinuxLayout.EBDA, RESERVED),
                new Entry(LinuxLayout.HIGH_MEMORY, ramBytes - LinuxLayout.HIGH_MEMORY, RAM));
    }
}
