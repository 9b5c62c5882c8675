package org.cofferdam.drivervm.linux;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a kernel's file asks for, before anything is written: pieces to copy, the memory that it will take, how it is
 * entered. All numbers are checked against the file, and lie below {@link LinuxLayout#MOST_RAM}; whether the domain has
 * that much is the loader's question.
 *
 * @param pieces in the order of their addresses; no two overlap
 * @param end the first address behind all that the kernel needs at its start
 * @param entry the first instruction
 * @param mostCommandLine bytes that the kernel takes, without the zero at the end
 * @param initramfsEnd the initramfs must end at or below this address
 */
record KernelPlan(
        KernelFile file,
        List<Piece> pieces,
        long end,
        long entry,
        int mostCommandLine,
        long initramfsEnd,
        Protocol protocol) {

    /** How a kernel is entered. */
    enum Protocol {
        /** 32-bit protected mode, EBX points at start info. */
        PVH,
        /** 64-bit mode with identity page tables, RSI points at the zero page. */
        BOOT_64
    }

    /** Bytes of the file and where they go; what the file does not give reads zero. */
    record Piece(long address, long fileOffset, long fileBytes, long memoryBytes) {
        long end() {
            return address + memoryBytes;
        }

        /** The file's bytes were checked to lie in the file, and the address in {@code ram}. */
        void copy(KernelFile file, MemorySegment ram) {
            MemorySegment place = ram.asSlice(address, memoryBytes);
            MemorySegment.copy(file.bytes(), fileOffset, place, 0, fileBytes);
            place.asSlice(fileBytes).fill((byte) 0);
        }
    }
}
