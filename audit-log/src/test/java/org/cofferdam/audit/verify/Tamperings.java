package org.cofferdam.audit.verify;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.verify.LogFixture.Place;

/** The ways to change a log's files by hand: bits, blocks and whole segments. Nothing is made right afterwards. */
final class Tamperings {
    private Tamperings() {}

    static void flip(MemorySegment block, long at) {
        Bytes.u8(block, at, Bytes.u8(block, at) ^ 4);
    }

    static byte[] slice(byte[] bytes, Place p) {
        return Arrays.copyOfRange(bytes, (int) p.offset(), (int) p.offset() + p.bytes());
    }

    static byte[] splice(byte[] bytes, int from, int to, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(p -> p.length).sum();
        byte[] result = Arrays.copyOf(bytes, from + length + bytes.length - to);
        int at = from;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, result, at, part.length);
            at += part.length;
        }
        System.arraycopy(bytes, to, result, at, bytes.length - to);
        return result;
    }

    static void swap(LogFixture log) throws IOException {
        List<Place> places = log.blocks(log.segment(2));
        Place a = places.get(1);
        Place b = places.get(2);
        log.change(
                a.file(),
                bytes ->
                        splice(
                                bytes,
                                (int) a.offset(),
                                (int) b.offset() + b.bytes(),
                                slice(bytes, b),
                                slice(bytes, a)));
    }

    static void drop(LogFixture log) throws IOException {
        Place a = log.blocks(log.segment(2)).get(1);
        log.change(
                a.file(), bytes -> splice(bytes, (int) a.offset(), (int) a.offset() + a.bytes()));
    }

    static void duplicate(LogFixture log) throws IOException {
        Place a = log.blocks(log.segment(2)).get(1);
        log.change(
                a.file(),
                bytes -> splice(bytes, (int) a.offset(), (int) a.offset(), slice(bytes, a)));
    }

    static void cut(LogFixture log, int more) throws IOException {
        Place a = log.blocks(log.segment(2)).get(2);
        log.change(a.file(), bytes -> Arrays.copyOf(bytes, (int) a.offset() + more));
    }

    static void replay(LogFixture log, LogFixture other) throws IOException {
        Place a = log.blocks(log.segment(2)).get(1);
        Place b = other.blocks(other.segment(2)).get(1);
        byte[] foreign = slice(Files.readAllBytes(b.file()), b);
        log.change(
                a.file(),
                bytes -> splice(bytes, (int) a.offset(), (int) a.offset() + a.bytes(), foreign));
    }

    static void replaceAll(LogFixture log, Path other) throws IOException {
        for (Path file : log.segments()) {
            Files.delete(file);
        }
        for (Path file : LogDirectory.segments(other)) {
            Files.copy(file, log.dir.resolve(file.getFileName()));
        }
    }

    /** Changes a byte of the fields of the first record of this type behind the log's first block. */
    static void edit(LogFixture log, CrossingType type, int field) throws IOException {
        for (Place p : log.blocks()) {
            byte[] block = slice(Files.readAllBytes(p.file()), p);
            MemorySegment m = MemorySegment.ofArray(block);
            for (int at = BlockLayout.HEADER_BYTES; p.number() > 1 && at < block.length; ) {
                if (Bytes.u16(m, at + (long) RecordLayout.TYPE) == type.code()) {
                    long where = at + (long) RecordLayout.HEADER_BYTES + field;
                    log.forge(p, b -> flip(b, where));
                    return;
                }
                at += Bytes.align8((int) Bytes.u32(m, at));
            }
        }
        throw new IllegalStateException("no " + type);
    }
}
