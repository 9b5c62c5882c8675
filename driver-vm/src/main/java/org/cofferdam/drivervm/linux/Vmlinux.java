package org.cofferdam.drivervm.linux;

import static org.cofferdam.drivervm.linux.KernelFile.check;
import static org.cofferdam.drivervm.linux.KernelFile.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.cofferdam.drivervm.BadImageException;
import org.cofferdam.drivervm.linux.KernelPlan.Piece;

/**
 * Reads a kernel's ELF file with a PVH entry (System V ABI, chapters 4 and 5; Xen, docs/misc/pvh.pandoc and
 * public/elfnote.h): segments go to their physical addresses, and a note says where a 32-bit processor enters.
 */
final class Vmlinux {
    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int MOST_PROGRAM_HEADERS = 64;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int PF_X = 1;
    private static final int MOST_NOTE_BYTES = 1 << 16;

    /** XEN_ELFNOTE_PHYS32_ENTRY, and its owner "Xen" with the zero, as a number. */
    private static final int PHYS32_ENTRY = 18;

    private static final long XEN = 0x6e6558;

    /** COMMAND_LINE_SIZE of x86, without the zero; the file does not say it. */
    private static final int MOST_COMMAND_LINE = 2047;

    private final KernelFile file;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Piece> code = new ArrayList<>();
    private OptionalLong entry = OptionalLong.empty();

    private Vmlinux(KernelFile file) {
        this.file = file;
    }

    static boolean looksLike(KernelFile file) {
        return file.has(0, 4) && file.u32(0) == 0x464c457f;
    }

    static KernelPlan plan(KernelFile file) throws BadImageException {
        return new Vmlinux(file).plan();
    }

    private KernelPlan plan() throws BadImageException {
        check(file.has(0, HEADER_BYTES), "is shorter than an ELF header");
        check(
                file.u8(4) == 2 && file.u8(5) == 1 && file.u8(6) == 1,
                "is not ELF version 1 with 64 bits and little-endian");
        check(file.u16(16) == 2, "is not an executable (ET_EXEC)");
        check(file.u16(18) == 62, "is not for x86-64");
        check(file.u16(54) == PROGRAM_HEADER_BYTES, "has program headers of an unknown size");
        int count = file.u16(56);
        check(count > 0 && count <= MOST_PROGRAM_HEADERS, "has no or over 64 program headers");
        long table = file.u64(32);
        check(
                file.has(table, (long) count * PROGRAM_HEADER_BYTES),
                "has its program headers outside the file");
        for (int i = 0; i < count; i++) {
            long header = table + (long) i * PROGRAM_HEADER_BYTES;
            switch ((int) file.u32(header)) {
                case PT_LOAD -> addSegment(header);
                case PT_NOTE -> readNotes(file.u64(header + 8), file.u64(header + 32));
                default -> {} // what a debugger or a dynamic linker would want
            }
        }
        checkOverlaps();
        long start =
                entry.orElseThrow(
                        () ->
                                new BadImageException(
                                        "the kernel has no PVH entry (its note PHYS32_ENTRY); it"
                                                + " must be built with CONFIG_PVH"));
        check(
                code.stream()
                        .anyMatch(p -> start >= p.address() && start < p.address() + p.fileBytes()),
                "has its PVH entry outside its code");
        return new KernelPlan(
                file,
                pieces,
                pieces.getLast().end(),
                start,
                MOST_COMMAND_LINE,
                LinuxLayout.MOST_RAM,
                KernelPlan.Protocol.PVH);
    }

    private void addSegment(long header) throws BadImageException {
        long offset = file.u64(header + 8);
        long address = file.u64(header + 24); // physical
        long fileBytes = file.u64(header + 32);
        long memoryBytes = file.u64(header + 40);
        if (memoryBytes == 0) {
            return;
        }
        check(
                within(address, memoryBytes, LinuxLayout.MOST_RAM)
                        && address >= LinuxLayout.HIGH_MEMORY,
                "has a segment below 1 MiB or above 3 GiB of physical memory");
        check(
                fileBytes >= 0 && fileBytes <= memoryBytes,
                "has a segment with more bytes in the file than in memory");
        check(file.has(offset, fileBytes), "has a segment whose bytes lie outside the file");
        Piece piece = new Piece(address, offset, fileBytes, memoryBytes);
        pieces.add(piece);
        if ((file.u32(header + 4) & PF_X) != 0) {
            code.add(piece);
        }
    }

    /** A note: name length, value length, type, name and value, both padded to 4 bytes. */
    private void readNotes(long offset, long bytes) throws BadImageException {
        check(file.has(offset, bytes), "has notes outside the file");
        check(bytes <= MOST_NOTE_BYTES, "has notes of over 64 KiB");
        long at = 0;
        while (within(at, 12, bytes)) {
            long name = file.u32(offset + at);
            long value = file.u32(offset + at + 4);
            long type = file.u32(offset + at + 8);
            long valueAt = at + 12 + padded(name); // small: both are below 2^33
            check(within(valueAt, value, bytes), "has a note that is longer than its segment");
            if (type == PHYS32_ENTRY && name == 4 && file.u32(offset + at + 12) == XEN) {
                check(value == 4 || value == 8, "has a PVH entry that is no address");
                entry =
                        OptionalLong.of(
                                value == 4
                                        ? file.u32(offset + valueAt)
                                        : file.u64(offset + valueAt));
            }
            at = valueAt + padded(value);
        }
    }

    private static long padded(long bytes) {
        return (bytes + 3) & ~3L;
    }

    private void checkOverlaps() throws BadImageException {
        check(!pieces.isEmpty(), "has nothing to load");
        pieces.sort(Comparator.comparingLong(Piece::address));
        for (int i = 1; i < pieces.size(); i++) {
            check(
                    pieces.get(i - 1).end() <= pieces.get(i).address(),
                    "has segments that overlap in physical memory");
        }
    }
}
