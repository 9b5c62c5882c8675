package org.cofferdam.binding.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** struct ifreq, netdevice(7): 16 bytes of name, then a union; 40 bytes on 64-bit machines. */
final class InterfaceRequest {
    static final int NAME_BYTES = 16;
    static final int UNION = 16;

    private InterfaceRequest() {}

    /** A zeroed request that names an interface; 1 to 15 bytes, no slash or white space (dev_valid_name). */
    static MemorySegment of(Arena arena, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= NAME_BYTES || name.matches(".*[/:\\s].*")) {
            throw new IllegalArgumentException(
                    "an interface name has 1 to 15 bytes without '/', ':' or white space: '"
                            + name
                            + "'");
        }
        MemorySegment request = arena.allocate(40, 8);
        MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return request;
    }
}
