package org.cofferdam.drivervm.linux;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.drivervm.BadImageException;

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

    /**
     * The same without what lies behind an address: for a vmlinux, whose file ends with a place to work in that only a host
     * with encrypted memory needs.
     *
     * @param last the first address that is not needed; 0 to leave all
     * @throws BadImageException if the kernel would begin there
     */
    KernelPlan cutAt(long last) throws BadImageException {
        if (last <= 0 || last >= end || protocol != Protocol.PVH) {
            return this;
        }
        List<Piece> kept = new ArrayList<>();
        for (Piece p : pieces) {
            if (p.address() < last) {
                long bytes = Math.min(p.memoryBytes(), last - p.address());
                kept.add(
                        new Piece(
                                p.address(),
                                p.fileOffset(),
                                Math.min(p.fileBytes(), bytes),
                                bytes));
            }
        }
        if (entry >= last) {
            throw new BadImageException("the kernel begins behind its end");
        }
        return new KernelPlan(
                file, List.copyOf(kept), last, entry, mostCommandLine, initramfsEnd, protocol);
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
