package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads a static 64-bit x86 ELF executable strictly (System V ABI, chapters 4 and 5; AMD64 supplement).
 *
 * <p>An image file may come from anywhere, so each number is checked before it is used: table and segments inside the
 * file, addresses inside the region of their kind, no page with two kinds, never both writable and executable, the
 * entry point inside code. What the small domain has no use for (interpreter, dynamic section, thread-local storage)
 * is refused, not ignored.
 */
final class ElfImage {

    /** More than all regions an image may fill; keeps offsets in an int. */
    static final int MAX_FILE_BYTES = 4 << 20;

    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int MAX_PROGRAM_HEADERS = 16;

    private static final int PT_NULL = 0;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int PT_GNU_PROPERTY = 0x6474e553;

    private static final int PF_X = 1;
    private static final int PF_W = 2;
    private static final int PF_R = 4;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;

    private ElfImage(byte[] bytes) {
        this.file = MemorySegment.ofArray(bytes);
    }

    /** What an image file says, checked. */
    record Contents(GuestAddress entry, List<ImageSegment> segments) {}

    static Contents parse(byte[] bytes) throws BadImageException {
        return new ElfImage(bytes).contents();
    }

    private Contents contents() throws BadImageException {
        check(file.byteSize() >= HEADER_BYTES, "is shorter than an ELF header");
        check(file.byteSize() <= MAX_FILE_BYTES, "is longer than 4 MiB");
        check(file.get(U32, 0) == 0x464c457f, "is no ELF file");
        check(
                u8(4) == 2 && u8(5) == 1 && u8(6) == 1,
                "is not ELF version 1 with 64 bits and little-endian");
        check(u16(16) == 2, "is not a static executable (ET_EXEC)");
        check(u16(18) == 62, "is not for x86-64");
        check(u16(54) == PROGRAM_HEADER_BYTES, "has program headers of an unknown size");
        int count = u16(56);
        check(count > 0 && count <= MAX_PROGRAM_HEADERS, "has no or over 16 program headers");
        long table = file.get(U64, 32);
        check(
                within(table, (long) count * PROGRAM_HEADER_BYTES, file.byteSize()),
                "has its program headers outside the file");

        List<ImageSegment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long header = table + (long) i * PROGRAM_HEADER_BYTES;
            int type = file.get(U32, header);
            switch (type) {
                case PT_LOAD -> {
                    if (file.get(U64, header + 40) != 0) {
                        segments.add(segment(header));
                    }
                }
                case PT_NULL, PT_NOTE, PT_GNU_STACK, PT_GNU_PROPERTY -> {}
                default ->
                        throw bad(
                                "has a program header of type 0x"
                                        + Integer.toHexString(type)
                                        + ", which has no place in a freestanding image");
            }
        }
        checkPages(segments);
        long entry = file.get(U64, 24);
        check(
                segments.stream()
                        .anyMatch(
                                s ->
                                        s.kind() == ImageSegment.Kind.CODE
                                                && entry >= s.start().value()
                                                && entry < s.end().value()),
                "has its entry point outside its code");
        return new Contents(new GuestAddress(entry), List.copyOf(segments));
    }

    private ImageSegment segment(long header) throws BadImageException {
        int flags = file.get(U32, header + 4);
        long offset = file.get(U64, header + 8);
        long address = file.get(U64, header + 16);
        long fileBytes = file.get(U64, header + 32);
        long memoryBytes = file.get(U64, header + 40);

        ImageSegment.Kind kind =
                switch (flags) {
                    case PF_R | PF_X, PF_X -> ImageSegment.Kind.CODE;
                    case PF_R -> ImageSegment.Kind.CONSTANTS;
                    case PF_R | PF_W -> ImageSegment.Kind.DATA;
                    default -> throw bad("has a segment with forbidden permissions " + flags);
                };
        MemoryRegion home =
                kind == ImageSegment.Kind.DATA ? DomainLayout.IMAGE_DATA : DomainLayout.IMAGE;
        check(
                home.contains(address, memoryBytes),
                "has a "
                        + kind
                        + " segment at 0x"
                        + Long.toHexString(address)
                        + " of 0x"
                        + Long.toHexString(memoryBytes)
                        + " bytes outside "
                        + home.start()
                        + " to "
                        + home.end());
        check(
                fileBytes >= 0 && fileBytes <= memoryBytes,
                "has a segment with more bytes in the file than in memory");
        check(
                within(offset, fileBytes, file.byteSize()),
                "has a segment whose bytes lie outside the file");
        // All four fit an int: the file is at most 4 MiB and the regions are smaller.
        return new ImageSegment(
                new GuestAddress(address), (int) offset, (int) fileBytes, (int) memoryBytes, kind);
    }

    /** Page permissions are per page, so no two segments may share one. */
    private void checkPages(List<ImageSegment> segments) throws BadImageException {
        check(!segments.isEmpty(), "has nothing to load");
        segments.sort(Comparator.comparing(ImageSegment::start));
        for (int i = 1; i < segments.size(); i++) {
            check(
                    segments.get(i - 1).lastPage() < segments.get(i).firstPage(),
                    "has two segments on one page");
        }
    }

    private int u8(long offset) {
        return Byte.toUnsignedInt(file.get(ValueLayout.JAVA_BYTE, offset));
    }

    private int u16(long offset) {
        return Short.toUnsignedInt(file.get(U16, offset));
    }

    /** Whether [offset, offset + length) lies in [0, size); no sum, so nothing overflows. */
    private static boolean within(long offset, long length, long size) {
        return offset >= 0 && length >= 0 && length <= size && offset <= size - length;
    }

    private static void check(boolean holds, String fault) throws BadImageException {
        if (!holds) {
            throw bad(fault);
        }
    }

    private static BadImageException bad(String fault) {
        return new BadImageException("the image " + fault);
    }
}
