package org.cofferdam.libos.files.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.cofferdam.binding.random.KernelRandom;
import org.jspecify.annotations.Nullable;

/** The devices that programs take for granted: null(4), zero(4), random(4). What is written to them is gone. */
enum DeviceContent implements Content {
    NULL,
    ZERO,
    RANDOM;

    @Override
    public long size() {
        return 0;
    }

    @Override
    public int read(long at, ByteBuffer to) {
        if (this == NULL) {
            return -1;
        }
        byte[] bytes = new byte[Math.min(to.remaining(), Pages.PAGE)];
        if (this == RANDOM) {
            KernelRandom.fill(bytes);
        }
        to.put(bytes);
        return bytes.length;
    }

    @Override
    public int write(long at, ByteBuffer from) {
        int length = from.remaining();
        from.position(from.limit());
        return length;
    }

    @Override
    public long append(ByteBuffer from) {
        write(0, from);
        return 0;
    }

    @Override
    public void truncate(long size) {}

    @Override
    public @Nullable MemorySegment whole() {
        return null;
    }

    @Override
    public void opened() {}

    @Override
    public void closed() {}
}
