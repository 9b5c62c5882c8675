package org.cofferdam.binding.bpf;

import static org.cofferdam.binding.bpf.LibBpf.B;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What the kernel says about a program or map, BPF_OBJ_GET_INFO_BY_FD, bpf(2). */
final class BpfInfo {
    private static final int BYTES = 256;

    // struct bpf_map_info
    private static final int MAP_TYPE = 0;
    private static final int MAP_KEY_SIZE = 8;
    private static final int MAP_VALUE_SIZE = 12;
    private static final int MAP_MAX_ENTRIES = 16;

    // struct bpf_prog_info
    private static final int PROGRAM_ID = 4;
    private static final int PROGRAM_NAME = 64;

    /** A map's shape; sizes in bytes. */
    record OfMap(int type, int keyBytes, int valueBytes, int maxEntries) {}

    /** A program's number in the kernel, and its name of at most 15 characters. */
    record OfProgram(int id, String name) {}

    private BpfInfo() {}

    static OfMap ofMap(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = read(arena, fd);
            return new OfMap(
                    info.get(ValueLayout.JAVA_INT, MAP_TYPE),
                    info.get(ValueLayout.JAVA_INT, MAP_KEY_SIZE),
                    info.get(ValueLayout.JAVA_INT, MAP_VALUE_SIZE),
                    info.get(ValueLayout.JAVA_INT, MAP_MAX_ENTRIES));
        }
    }

    static OfProgram ofProgram(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = read(arena, fd);
            return new OfProgram(
                    info.get(ValueLayout.JAVA_INT, PROGRAM_ID), info.getString(PROGRAM_NAME));
        }
    }

    private static MemorySegment read(Arena arena, int fd) {
        MemorySegment info = arena.allocate(BYTES, 8);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, BYTES);
        LibBpf.check(
                B.bpf_obj_get_info_by_fd(fd, info.address(), length.address()),
                "bpf_obj_get_info_by_fd",
                "descriptor " + fd);
        return info;
    }
}
