package org.cofferdam.monitor.card;

import org.cofferdam.binding.memory.MappedMemory;

/**
 * A part of BAR 0 that is plain memory to the domain: loads and stores there do not leave it.
 *
 * @param barOffset where in the BAR, in bytes, whole pages
 * @param memory what to map there, read-write
 * @param memoryOffset where in {@code memory}, in bytes, whole pages
 * @param bytes length, whole pages
 */
public record RegisterWindow(long barOffset, MappedMemory memory, long memoryOffset, long bytes) {
    public RegisterWindow {
        if (((barOffset | memoryOffset | bytes) & 4095) != 0
                || barOffset < 0
                || bytes <= 0
                || barOffset > AssignedNic.BAR_BYTES - bytes
                || memoryOffset < 0
                || memoryOffset > memory.size() - bytes) {
            throw new IllegalArgumentException(
                    "not pages of the BAR and of the memory: "
                            + barOffset
                            + ", "
                            + memoryOffset
                            + ", "
                            + bytes);
        }
    }
}
