package org.cofferdam.libos.program;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A ZIP archive that lies in memory as the file was, read by its central directory (PKWARE APPNOTE 6.3). Any thread.
 *
 * <p>It costs the file's bytes outside the heap and, on it, about 150 bytes and the name for each entry. What is
 * deflated stays so until it is asked for.
 */
final class Archive {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int LOCAL_HEADER = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_HEADER = 0x02014b50;
    private static final int CENTRAL_BYTES = 46;
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64_LOCATOR_BYTES = 20;
    private static final int END64 = 0x06064b50;
    private static final int END64_BYTES = 56;
    private static final int EXTRA64 = 1;

    private final String name;
    private final MemorySegment file;
    private final Map<String, ArchiveEntry> entries;
    private final long start;

    /**
     * Reads the directory.
     *
     * @param name for messages
     * @throws ZipException if it is no archive, or one whose directory does not fit into it
     */
    Archive(String name, MemorySegment file) throws ZipException {
        this.name = name;
        this.file = file;
        long end = end();
        long count = u16(end + 10);
        long bytes = u32(end + 12);
        long offset = u32(end + 16);
        long directoryEnd = end;
        long end64 = end64(end);
        if (end64 >= 0 && (count == 0xffff || bytes == 0xffff_ffffL || offset == 0xffff_ffffL)) {
            bytes = file.get(U64, end64 + 40); // 4.3.14
            offset = file.get(U64, end64 + 48);
            directoryEnd = end64;
        }
        // What stands before the archive, such as a shell script, shifts all offsets (4.1.9).
        long first = directoryEnd - bytes;
        if (bytes < 0 || first < 0 || offset < 0 || offset > first) {
            throw broken("its directory is not where it says");
        }
        start = first - offset;
        entries = new LinkedHashMap<>();
        for (long at = first; at < directoryEnd; ) {
            at = entry(at, directoryEnd);
        }
    }

    /** Its entries, in the directory's order; of several with one name the last counts. */
    Map<String, ArchiveEntry> entries() {
        return entries;
    }

    @Nullable ArchiveEntry entry(String entryName) {
        return entries.get(entryName);
    }

    /** The size of the file. */
    long bytes() {
        return file.byteSize();
    }

    /**
     * An entry's bytes, in a buffer of their own or a view of the file.
     *
     * @throws ZipException if it is broken or encrypted, or too large for a buffer
     */
    ByteBuffer read(ArchiveEntry entry) throws ZipException {
        ByteBuffer raw = raw(entry);
        if (entry.method() == 0) {
            return raw;
        }
        if (entry.method() != 8) {
            throw broken(entry.name() + " is compressed by method " + entry.method());
        }
        if (entry.size() > Integer.MAX_VALUE - 8
                || entry.size() > entry.compressedSize() * 1040L + 64) {
            throw broken(entry.name() + " says that it is larger than it can be");
        }
        byte[] to = new byte[(int) entry.size()];
        try (Inflater inflater = new Inflater(true)) {
            inflater.setInput(raw);
            int got = 0;
            while (got < to.length) {
                int n = inflater.inflate(to, got, to.length - got);
                if (n == 0) {
                    throw broken(entry.name() + " is cut off");
                }
                got += n;
            }
        } catch (DataFormatException e) {
            throw broken(entry.name() + " cannot be inflated: " + e.getMessage());
        }
        return ByteBuffer.wrap(to);
    }

    private ByteBuffer raw(ArchiveEntry entry) throws ZipException {
        long at = start + entry.place();
        // 4.3.7: the local header has its own lengths of name and extra field.
        if (at < 0 || at > file.byteSize() - LOCAL_BYTES || u32(at) != LOCAL_HEADER) {
            throw broken(entry.name() + " is not where the directory says");
        }
        long data = at + LOCAL_BYTES + u16(at + 26) + u16(at + 28);
        if (data > file.byteSize() - entry.compressedSize()
                || entry.compressedSize() > Integer.MAX_VALUE) {
            throw broken(entry.name() + " ends beyond the file");
        }
        return file.asSlice(data, entry.compressedSize()).asByteBuffer();
    }

    /** The end of central directory record, 4.3.16: before a comment of at most 65,535 bytes that ends the file. */
    private long end() throws ZipException {
        long last = file.byteSize() - END_BYTES;
        for (long at = last; at >= 0 && at >= last - 0xffff; at--) {
            if (file.get(JAVA_BYTE, at) == 'P'
                    && u32(at) == END
                    && at + END_BYTES + u16(at + 20) == file.byteSize()) {
                return at;
            }
        }
        throw broken("it is no archive, or cut off");
    }

    private long end64(long end) {
        long locator = end - END64_LOCATOR_BYTES;
        if (locator < END64_BYTES || u32(locator) != END64_LOCATOR) {
            return -1;
        }
        // Its offset does not count what stands before the archive; without an extensible part it
        // lies right here.
        long at = locator - END64_BYTES;
        return u32(at) == END64 ? at : -1;
    }

    private long entry(long at, long end) throws ZipException {
        if (end - at < CENTRAL_BYTES || u32(at) != CENTRAL_HEADER) {
            throw broken("its directory is broken at " + at);
        }
        int flags = u16(at + 8);
        int method = u16(at + 10);
        int nameBytes = u16(at + 28);
        int extraBytes = u16(at + 30);
        long next = at + CENTRAL_BYTES + nameBytes + extraBytes + u16(at + 32);
        if (next > end) {
            throw broken("its directory ends in the middle of an entry");
        }
        byte[] raw = file.asSlice(at + CENTRAL_BYTES, nameBytes).toArray(JAVA_BYTE);
        String entryName = new String(raw, StandardCharsets.UTF_8);
        long[] sizes = {u32(at + 24), u32(at + 20), u32(at + 42)}; // inflated, compressed, place
        extra64(at + CENTRAL_BYTES + nameBytes, extraBytes, sizes);
        if (sizes[0] < 0 || sizes[1] < 0 || sizes[2] < 0 || (method == 0 && sizes[0] != sizes[1])) {
            throw broken(entryName + " has sizes that cannot be");
        }
        if ((flags & 1) != 0) { // 4.4.4, bit 0: encrypted
            throw broken(entryName + " is encrypted");
        }
        int time = (int) u32(at + 12);
        ArchiveEntry entry =
                new ArchiveEntry(
                        entryName, method, sizes[0], sizes[1], sizes[2], time, (int) u32(at + 16));
        entries.put(entryName, entry);
        return next;
    }

    /** 4.5.3: of the three, those that say 0xffffffff are found here, in this order. */
    private void extra64(long at, int bytes, long[] sizes) throws ZipException {
        for (long end = at + bytes; end - at >= 4; ) {
            int tag = u16(at);
            int length = u16(at + 2);
            at += 4;
            if (length > end - at) {
                return; // padding that aligners leave there
            }
            if (tag == EXTRA64) {
                long field = at;
                for (int i = 0; i < sizes.length; i++) {
                    if (sizes[i] == 0xffff_ffffL) {
                        if (field + 8 > at + length) {
                            throw broken("an entry's 64-bit sizes are missing");
                        }
                        sizes[i] = file.get(U64, field);
                        field += 8;
                    }
                }
                return;
            }
            at += length;
        }
    }

    private int u16(long at) {
        return Short.toUnsignedInt(file.get(U16, at));
    }

    private long u32(long at) {
        return Integer.toUnsignedLong(file.get(U32, at));
    }

    private ZipException broken(String what) {
        return new ZipException(name + ": " + what);
    }
}
