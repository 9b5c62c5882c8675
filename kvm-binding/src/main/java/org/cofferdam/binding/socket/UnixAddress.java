package org.cofferdam.binding.socket;

import static org.cofferdam.binding.libc.Constants.AF_UNIX;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** struct sockaddr_un, unix(7): a 16-bit family, then the path with its NUL in 108 bytes. */
final class UnixAddress {
    /** Most bytes of a path. */
    static final int LONGEST = 107;

    private UnixAddress() {}

    static MemorySegment of(Arena arena, Path place) {
        byte[] path = place.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length == 0 || path.length > LONGEST) {
            throw new IllegalArgumentException(
                    "A socket's path has 1 to " + LONGEST + " bytes, not " + path.length);
        }
        MemorySegment address = arena.allocate(2 + path.length + 1, 2);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
        return address;
    }
}
